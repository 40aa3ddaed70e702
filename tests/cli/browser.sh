#!/bin/sh
# browser.sh - `retrial report`'s page in a browser (headless Chromium): layout at the widths of a phone and of a desk, light and dark, contrast, links, no
# request to anywhere, print; and its HTML by an independent parser (tidy). Skipped, and said so, where they are not installed.
. tests/tap.sh
unset RETRIAL_DATA # cifar10 is the data set that is not there
sweep="$SCRATCH/tiny.yaml" db="$SCRATCH/tiny.db" page="$SCRATCH/page.html"

cat >"$sweep" <<END
retrial: 1
name: tiny
title: <script>document.title = 'run'</script> & "two" recipes
seeds: 3
base: {model: lightweight, validation: 128, train_limit: 256, test_limit: 128}
axes:
  dataset: [synthetic, cifar10]
  recipe: [together, a-recipe-with-a-very-long-name-that-does-not-break]
recipes:
  together:
    - {phase: dual, inputs: [original, augmented], epochs: 2}
    - {phase: unify, heads: [copy, random], epochs: 1}
  a-recipe-with-a-very-long-name-that-does-not-break:
    - {phase: single, epochs: 2}
claims:
  - {id: C4, title: '<img src=x onerror=alert(1)>', where: {dataset: synthetic, recipe: together}, metric: params, paper: 14862}
  - {id: C5, title: too few, where: {dataset: synthetic, recipe: together}, metric: params, paper: 14861}
  - {id: C6, title: size, where: {dataset: synthetic, recipe: together}, phase: unify, metric: training_bytes, unit: MB, paper: 0.16, rounds_to: 2}
  - {id: C3, title: not there, where: {dataset: cifar10, recipe: together}, metric: test_accuracy, paper: 0.65, rounds_to: 2}
tables:
  - {id: main, title: Two recipes & <b>, rows: [dataset, recipe], metrics: [test_accuracy, params, weight_bytes], baseline: {recipe: together}}
figures:
  - {id: curves, kind: curves, title: Curves, metric: val_accuracy}
  - {id: points, kind: accuracy, title: Points, metric: test_accuracy}
  - {id: change, kind: ablation, title: Change, metric: test_accuracy}
  - {id: sheet, kind: images, title: Sheet, where: {recipe: together}}
  - {id: wrong, kind: misclassified, title: Wrong, where: {recipe: together}}
  - {id: classes, kind: confusion, title: Classes, where: {recipe: together}}
END
"$RETRIAL" run "$sweep" --db "$db" --data "$SCRATCH" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
"$RETRIAL" report "$sweep" --db "$db" -o "$page" --folder "$SCRATCH/figures" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the page is made"

if command -v tidy >/dev/null; then
	# The pictures are SVG, which tidy does not know: they are left out here.
	sed '/<svg/,/<\/svg>/d' "$page" | tidy -errors -quiet >"$SCRATCH/out" 2>&1
	[ ! -s "$SCRATCH/out" ]
	check $? "the HTML has no errors"
else
	skip "the HTML has no errors" "tidy is not installed"
fi
[ "$(grep -c '<script' "$page")" = 0 ] && grep -q '<h1>&lt;script&gt;document.title = &#39;run&#39;&lt;/script&gt; &amp; &quot;two&quot; recipes</h1>' "$page"
check $? "a title with a script in it is text"
[ "$(wc -c <"$page")" -lt 2000000 ]
check $? "it is under 2 MB"

if ! command -v chromium >/dev/null; then
	skip "the page in a browser" "chromium is not installed"
	finish
fi

# The page as the browser sees it: a copy with a script that measures and sends what it finds, in a frame of the width.
cat >"$SCRATCH/measure.js" <<'END'
function luminance(color) {
	const c = color.match(/[\d.]+/g).slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}
function visible(e) { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; }
function ground(e) {
	for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return c; }
	return 'rgb(255, 255, 255)';
}
const complaints = [];
function say(what) { if (complaints.length < 10) complaints.push(what); }
addEventListener('load', () => {
	for (const d of document.querySelectorAll('details')) d.open = true;
	const root = document.documentElement;
	if (root.scrollWidth > root.clientWidth) say('the page is ' + root.scrollWidth + ' wide in ' + root.clientWidth);
	for (const parent of document.querySelectorAll('body, main, section, header, nav, figure, details, ul, tr'))
		for (const pair = [null, null], children = [...parent.children].filter(visible); children.length;) {
			[pair[0], pair[1]] = [pair[1], children.shift().getBoundingClientRect()];
			if (!pair[0]) continue;
			const across = Math.min(pair[0].right, pair[1].right) - Math.max(pair[0].left, pair[1].left);
			const down = Math.min(pair[0].bottom, pair[1].bottom) - Math.max(pair[0].top, pair[1].top);
			if (across > 1 && down > 1) say('boxes overlap in ' + parent.tagName + ' ' + parent.className + ' by ' + across + ' x ' + down);
		}
	for (const picture of document.querySelectorAll('figure svg')) {
		const frame = picture.getBoundingClientRect(), texts = [...picture.querySelectorAll('text')].map(t => [t.textContent.trim(), t.getBoundingClientRect()]);
		for (const [text, r] of texts) {
			if (text && (r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1 || r.bottom > frame.bottom + 1))
				say('a text of a figure is cut off: ' + text);
			for (const [other, o] of texts)
				if (text && other && r !== o && Math.min(r.right, o.right) - Math.max(r.left, o.left) > 3 && Math.min(r.bottom, o.bottom) - Math.max(r.top, o.top) > 4)
					say('texts of a figure overlap: ' + text + ' | ' + other);
		}
	}
	for (const e of document.querySelectorAll('h1, h2, p, td, th, li, a, summary, pre')) {
		const a = luminance(getComputedStyle(e).color), b = luminance(ground(e));
		if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) say('little contrast: ' + e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 20));
	}
	for (const a of document.querySelectorAll('a')) if (!document.querySelector(a.getAttribute('href'))) say('a link leads nowhere: ' + a.href);
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
	if (new Set(ids).size !== ids.length) say('an id is there twice');
	for (const r of performance.getEntriesByType('resource')) if (!r.name.startsWith('data:')) say('something is loaded: ' + r.name);
	if (document.title.startsWith('run')) say('a script from the database ran');
	for (const f of document.querySelectorAll('figure')) {
		const wider = f.scrollWidth > f.clientWidth + 1, said = getComputedStyle(f, '::before').content;
		if (wider !== /sideways/.test(said)) say('a figure is cut off and nothing says that it scrolls: ' + f.id);
	}
	for (const svg of document.querySelectorAll('figure svg')) {
		const ground = svg.querySelector('rect[fill="#ffffff"]'), text = [...svg.querySelectorAll('text')].find(t => t.textContent.trim());
		const inverted = /invert/.test(getComputedStyle(svg.closest('figure')).filter);
		const bright = luminance(getComputedStyle(ground).fill) > 0.5, ink = luminance(getComputedStyle(text).fill) > 0.5;
		if (bright === ink) say('a figure has little contrast: ' + svg.getAttribute('aria-label'));
		if ((bright !== inverted) !== (luminance(getComputedStyle(document.body).backgroundColor) > 0.5)) say('a figure is light on a dark page: ' + svg.getAttribute('aria-label'));
		for (const t of svg.querySelectorAll('text'))
			if (t.textContent.trim() && luminance(getComputedStyle(t).fill) === luminance(getComputedStyle(ground).fill)) say('an unseen text in a figure: ' + t.textContent);
	}
	const dark = luminance(getComputedStyle(document.body).backgroundColor) < 0.2;
	parent.postMessage((dark ? 'dark' : 'light') + ' ' + root.clientWidth + ': ' + (complaints.join('; ') || 'good'), '*');
});
END
# The page forbids scripts: that is tested first, then lifted in the copy alone.
grep -q "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" "$page"
check $? "the page forbids itself scripts and everything from elsewhere"
sed "s/<meta http-equiv=\"Content-Security-Policy\"[^>]*>/<script src=\"measure.js\"><\/script>/" "$page" >"$SCRATCH/copy.html"
sed "s/<title>/<script>document.documentElement.id = 'ran'<\/script><title>/" "$page" >"$SCRATCH/hostile.html"

# browse FILE ARGUMENTS: what the document is in the end.
browse() {
	file=$1; shift
	timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run --user-data-dir="$SCRATCH/profile" \
		--hide-scrollbars --virtual-time-budget=4000 "$@" "file://$(realpath "$file")" 2>/dev/null
}
browse "$SCRATCH/hostile.html" --dump-dom >"$SCRATCH/out"
grep -q '</html>' "$SCRATCH/out" && ! grep -q '<html[^>]*id="ran"' "$SCRATCH/out"
check $? "a script that got into it would not run"
for width in 400 1280; do
	cat >"$SCRATCH/frame.html" <<END
<!DOCTYPE html><title>frame</title><body style="margin: 0"><iframe src="copy.html" style="border: 0; width: ${width}px; height: 2000px"></iframe>
<p id="answer"></p><script>addEventListener('message', m => { document.getElementById('answer').textContent = m.data; });</script>
END
	for scheme in light dark; do
		browse "$SCRATCH/frame.html" --window-size=1400,2000 --blink-settings=preferredColorScheme="$([ $scheme = dark ] && echo 0 || echo 1)" --dump-dom |
			sed -n 's/.*<p id="answer">\([^<]*\)<.*/\1/p' >"$SCRATCH/out"
		[ "$(cat "$SCRATCH/out")" = "$scheme $width: good" ]
		check $? "$width pixels wide and $scheme: nothing overflows, overlaps, is cut off or hard to read, all links lead somewhere, nothing is loaded"
	done
done
browse "$page" --no-pdf-header-footer --print-to-pdf="$SCRATCH/page.pdf" >"$SCRATCH/out"
pages=$(grep -ac '/Type */Page\b' "$SCRATCH/page.pdf" 2>/dev/null)
[ "${pages:-0}" -ge 2 ] && [ "$pages" -le 40 ]
check $? "it can be printed ($pages pages)"

finish
