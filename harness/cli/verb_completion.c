/* verb_completion.c - retrial completion: the scripts with which bash, zsh and fish complete
 * command lines. A script knows nothing of verbs and options: it asks this program (completion.h),
 * which has the tables, the sweep file and the database. */
#include <stdio.h>
#include <string.h>

#include "../base/str.h"
#include "cli.h"
#include "completion.h"

/* Bash cuts words at = and : (COMP_WORDBREAKS): they are put together again before they are sent,
 * and of an answer only what stands behind the last cut is given back. */
static const char bash[] =
	"# bash completion for retrial, made by: retrial completion bash\n"
	"_retrial()\n"
	"{\n"
	"\tlocal words=() word glue= i typed line\n"
	"\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif ((${#words[@]})) && [[ $glue || $word == [=:]* ]]; then words[-1]+=$word; else "
	"words+=(\"$word\"); fi\n"
	"\t\tglue=\n"
	"\t\t[[ $word == *[=:] ]] && glue=1\n"
	"\tdone\n"
	"\ttyped=${words[-1]}\n"
	"\tlocal last=${typed##*[=:]} cut=\n"
	"\t[[ $typed == *[=:]* ]] && cut=${typed%\"$last\"}\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tcase $line in\n"
	"\t\t:yaml) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$last\"; "
	"compgen -f -X '!*.yaml' -- \"$last\") ;;\n"
	"\t\t:files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$last\") ;;\n"
	"\t\t:folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$last\") ;;\n"
	"\t\t*)\n"
	"\t\t\tline=${line%%$'\\t'*}\n"
	"\t\t\t[[ $line == *= ]] && compopt -o nospace\n"
	"\t\t\tCOMPREPLY+=(\"${line#\"$cut\"}\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${COMP_WORDS[0]}\" completion words -- \"${words[@]}\" 2>/dev/null)\n"
	"}\n"
	"complete -F _retrial retrial\n";

static const char zsh[] =
	"#compdef retrial\n"
	"# zsh completion for retrial, made by: retrial completion zsh\n"
	"_retrial()\n"
	"{\n"
	"\tlocal line word\n"
	"\tlocal -a lines plain open\n"
	"\tlines=(\"${(@f)$($words[1] completion words -- \"${(@Q)words[2,CURRENT-1]}\" "
	"\"${(Q)PREFIX}\" 2>/dev/null)}\")\n"
	"\tcase $lines[1] in\n"
	"\t:yaml) compset -P '--*='; _files -g '*.yaml'; return ;;\n"
	"\t:files) compset -P '--*='; _files; return ;;\n"
	"\t:folders) compset -P '--*='; _files -/; return ;;\n"
	"\tesac\n"
	"\tfor line in $lines; do\n"
	"\t\tword=${${line%%$'\\t'*}//:/\\\\:}\n"
	"\t\t[[ $line == *$'\\t'* ]] && word+=:${line#*$'\\t'}\n"
	"\t\tif [[ ${line%%$'\\t'*} == *= ]]; then open+=(\"$word\"); else plain+=(\"$word\"); fi\n"
	"\tdone\n"
	"\t(( $#plain )) && _describe -V retrial plain\n"
	"\t(( $#open )) && _describe -V retrial open -S ''\n"
	"}\n"
	"if [[ $funcstack[1] == _retrial ]]; then _retrial \"$@\"; else compdef _retrial retrial; "
	"fi\n";

static const char fish[] =
	"# fish completion for retrial, made by: retrial completion fish\n"
	"function __retrial_complete\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l typed (commandline -ct)\n"
	"\tset -q typed[1]; or set typed ''\n"
	"\tset -l program $words[1]\n"
	"\tset -e words[1]\n"
	"\tset -l lead (string match -r -- '^--[^=]*=' $typed)\n"
	"\tset -l rest (string replace -r -- '^--[^=]*=' '' $typed)\n"
	"\tset -l lines ($program completion words -- $words \"$typed\" 2>/dev/null)\n"
	"\tswitch \"$lines[1]\"\n"
	"\tcase :yaml\n"
	"\t\tfor path in $rest*.yaml $rest*/\n"
	"\t\t\techo \"$lead$path\"\n"
	"\t\tend\n"
	"\tcase :files\n"
	"\t\tfor path in $rest*\n"
	"\t\t\ttest -d \"$path\"; and echo \"$lead$path/\"; or echo \"$lead$path\"\n"
	"\t\tend\n"
	"\tcase :folders\n"
	"\t\tfor path in $rest*/\n"
	"\t\t\techo \"$lead$path\"\n"
	"\t\tend\n"
	"\tcase '*'\n"
	"\t\tprintf '%s\\n' $lines\n"
	"\tend\n"
	"end\n"
	"complete -c retrial -f -k -a '(__retrial_complete)'\n";

static int run(const struct cli *c)
{
	static const struct {
		const char *name, *script;
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
	enum { SHELLS = sizeof(shells) / sizeof(*shells) };
	const char *names[SHELLS];
	if (c->argument_count > 0 && strcmp(c->arguments[0], "words") == 0) {
		struct str out = { 0 };
		completion_list((const char *const *)&c->arguments[1], c->argument_count - 1, &out);
		fputs(out.s ? out.s : "", stdout);
		str_free(&out);
		return ERR_NONE;
	}
	if (c->argument_count != 1)
		return cli_misuse(c, "expected one of bash, zsh and fish");
	for (int i = 0; i < SHELLS; i++) {
		names[i] = shells[i].name;
		if (strcmp(c->arguments[0], names[i]) == 0) {
			fputs(shells[i].script, stdout);
			return ERR_NONE;
		}
	}
	const char *near = str_nearest(c->arguments[0], names, SHELLS);
	return near
		? cli_misuse(c, "unknown shell '%s' (did you mean '%s'?)", c->arguments[0], near)
		: cli_misuse(c, "unknown shell '%s' (there are: bash, zsh, fish)", c->arguments[0]);
}

static const struct cli_option options[] = { { 0 } };

const struct cli_verb verb_completion = {
	.name = "completion",
	.arguments = "bash | zsh | fish | words -- WORD...",
	.summary = "print the completion script for a shell",
	.examples =
		"  source <(retrial completion bash)                        # in this bash; make "
		"install does it for all\n"
		"  source <(retrial completion zsh)                         # in this zsh, after "
		"compinit\n"
		"  retrial completion fish | source                         # in this fish\n"
		"  retrial completion words -- run experiments/demo.yaml --set ''   # what the "
		"scripts ask: candidates for the last word",
	.options = options,
	.run = run,
};
