# Retrial. `make` builds ./retrial; `make reproduce`, `make demo` and `make test` first install what is missing.
#
#   make CC=clang-14 BUILD=build/clang    another compiler, beside the first build
#   make V=1                              print whole commands

CC      = gcc
AR      = ar
CFLAGS  = -O2 -g
NN_LEVEL = -O3
NN_CONTRACTS = -DNDEBUG# empty: the core checks its callers (asserts), as in test-sanitize and fuzz
PREFIX  = /usr/local
DESTDIR =
LDFLAGS =
BUILD   = build
PROGRAM = retrial
SEEDS   = 3
FUZZ_CC = clang-14
VERSION = 0.2.0
JOBS   := $(shell nproc 2>/dev/null || echo 1)
V       = 0# V=1 prints whole commands

ARCH := $(shell $(CC) -dumpmachine | cut -d- -f1)

WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
# Contraction off: a product and a sum are fused only where the code says so (design: the reproducibility contract).
BITS     = -ffp-contract=off -fno-math-errno
# Against damage by hostile files. Sanitizers and static programs have their own ways. The kernels read no file, and are all of a training's time: they
# are left as they are.
ifeq ($(findstring -fsanitize,$(CFLAGS))$(findstring -static,$(CFLAGS)),)
HARDEN   = -fPIE -fstack-protector-strong $(if $(findstring _FORTIFY_SOURCE,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
HARDEN_LINK = -pie -Wl,-z,relro,-z,now
endif
ALL      = -std=gnu11 -D_GNU_SOURCE -I. -MMD -MP $(WARNINGS) $(BITS) $(HARDEN) $(CFLAGS)

# Of which commit the program is. Files that were unpacked from an archive have none, also where another project's work tree surrounds them: then
# the digest of the sources says what it was built from. results/ is made by the program, so it does not count as a change.
COMMIT := $(shell git ls-files --error-unmatch Makefile >/dev/null 2>&1 && git rev-parse HEAD)
DIRTY  := $(if $(COMMIT),$(shell test -z "$$(git status --porcelain -- . ':(exclude)results')" && echo no || echo yes),unknown)
SOURCES_DIGEST := $(shell cat Makefile $(sort $(wildcard nn/*.[ch] nn/*/*.[ch] harness/*/*.[ch] harness/*/*.sql harness/*/*/*.sql harness/*/*/*/*.sql)) | sha256sum | cut -c 1-64)
BUILD_FACTS = -DRETRIAL_VERSION='"$(VERSION)"' -DRETRIAL_COMMIT='"$(COMMIT)"' -DRETRIAL_DIRTY='"$(DIRTY)"' \
              -DRETRIAL_SOURCES='"$(SOURCES_DIGEST)"' -DRETRIAL_COMPILER='"$(shell $(CC) --version | head -n 1)"' -DRETRIAL_FLAGS='"$(BITS) $(HARDEN) $(CFLAGS)"'

# Only what make really needs them for: `make test` on a machine without them must get as far as installing them.
PACKAGES = sqlite3 gsl libarchive yaml-0.1 jansson libcrypto smartcols libcurl libmicrohttpd libpng libjpeg libprotobuf-c libpcre2-8 zlib
# (libcurl names the system's own folder, which is in the way of another architecture's.)
# pkg-config is asked once, at the first use.
LIBRARY_FLAGS = $(eval LIBRARY_FLAGS := $(filter-out -I/usr/include/%-linux-gnu,$(shell pkg-config --cflags $(PACKAGES))))$(LIBRARY_FLAGS)
# libcurl is loaded when a download begins (harness/data/download.c).
LIBRARIES     = $(eval LIBRARIES := $(shell pkg-config --libs $(filter-out libcurl,$(PACKAGES))) -lm -lpthread -ldl)$(LIBRARIES)

ifeq ($(ARCH),x86_64)
VARIANTS = plain avx2 avx512 vnni
else ifeq ($(ARCH),aarch64)
VARIANTS = plain neon
else
VARIANTS = plain
endif

# The kernels take longest to compile: they come first.
NN      = $(VARIANTS:%=$(BUILD)/nn/kernels/%.o) $(patsubst %.c,$(BUILD)/%.o,$(wildcard nn/*.c))
HARNESS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out harness/cli/%,$(wildcard harness/*/*.c))) $(BUILD)/sql.o $(BUILD)/assets.o $(BUILD)/onnx.pb-c.o
CLI     = $(patsubst %.c,$(BUILD)/%.o,$(wildcard harness/cli/*.c))
SQL     = $(wildcard harness/store/*.sql harness/store/queries/*.sql harness/store/queries/internal/*.sql)
UNIT    = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
ORACLE  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/oracle/*.c))

ifeq ($(V),0)
Q = @echo "  $@";
endif

$(PROGRAM): $(BUILD)/libnn.a $(CLI) $(BUILD)/libharness.a
	$(Q)$(CC) $(CFLAGS) $(HARDEN_LINK) $(LDFLAGS) -o $@ $(CLI) $(BUILD)/libharness.a $(BUILD)/libnn.a $(LIBRARIES)

$(BUILD)/libnn.a: $(NN)
$(BUILD)/libharness.a: $(HARNESS)
%.a:
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/nn/%.o: nn/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL) $(NN_CONTRACTS) $(NN_LEVEL) $(KERNEL_FLAGS) $(NN_EXTRA) -c -o $@ $<
# (Line numbers only: everything that -g writes about inlined kernels takes a quarter of their time.)
$(BUILD)/nn/kernels/%.o: NN_EXTRA = $(if $(filter -g,$(CFLAGS)),-g1) $(KERNEL_EXTRA)
$(BUILD)/nn/kernels/%.o: HARDEN := $(filter -fPIE,$(HARDEN))
$(BUILD)/nn/kernels/plain.o: NN_EXTRA = $(if $(filter -g,$(CFLAGS)),-g1) $(KERNEL_EXTRA) $(PLAIN_EXTRA)
$(BUILD)/nn/kernels/avx2.o:   KERNEL_FLAGS = -mavx2 -mfma
$(BUILD)/nn/kernels/avx512.o: KERNEL_FLAGS = -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma
$(BUILD)/nn/kernels/vnni.o:   KERNEL_FLAGS = -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mavx512vnni

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL) $(LIBRARY_FLAGS) -c -o $@ $<
$(BUILD)/harness/base/facts.o: ALL += $(BUILD_FACTS)

$(BUILD)/sql.c: harness/store/sql-to-c.sh $(SQL)
	@mkdir -p $(@D)
	$(Q)sh harness/store/sql-to-c.sh $(SQL) >$@.new && mv $@.new $@
$(BUILD)/sql.o: $(BUILD)/sql.c
	$(Q)$(CC) $(ALL) -c -o $@ $<

# The style sheet and the script of the live page.
ASSETS = harness/serve/style.css harness/serve/live.js
$(BUILD)/assets.c: harness/serve/asset-to-c.sh $(ASSETS)
	@mkdir -p $(@D)
	$(Q)sh harness/serve/asset-to-c.sh $(ASSETS) >$@.new && mv $@.new $@
$(BUILD)/assets.o: $(BUILD)/assets.c
	$(Q)$(CC) $(ALL) -c -o $@ $<

# ONNX's messages, from Debian's libonnx-dev.
ONNX_PROTO = /usr/include/onnx/onnx.proto
$(BUILD)/onnx.pb-c.c $(BUILD)/onnx.pb-c.h &: $(ONNX_PROTO)
	@mkdir -p $(@D)
	$(Q)protoc-c --proto_path=$(dir $<) --c_out=$(BUILD) $<
$(BUILD)/onnx.pb-c.o: $(BUILD)/onnx.pb-c.c
	$(Q)$(CC) $(ALL) $(LIBRARY_FLAGS) -c -o $@ $<
$(BUILD)/harness/model/onnx.o $(BUILD)/harness/model/onnx_read.o: ALL += -I$(BUILD)
$(BUILD)/harness/model/onnx.o $(BUILD)/harness/model/onnx_read.o: $(BUILD)/onnx.pb-c.h

# The facts of the build are compiled in again when they change.
$(BUILD)/harness/base/facts.o: $(BUILD)/facts.txt
$(BUILD)/facts.txt: always
	@mkdir -p $(@D)
	@echo '$(COMMIT) $(DIRTY) $(SOURCES_DIGEST) $(VERSION) $(CC) $(CFLAGS)' | cmp -s - $@ || \
		echo '$(COMMIT) $(DIRTY) $(SOURCES_DIGEST) $(VERSION) $(CC) $(CFLAGS)' >$@

# ---- tests -------------------------------------------------------------------------------------------------------------

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(ORACLE) $(BUILD)/libharness.a $(BUILD)/libnn.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(LIBRARIES)

$(BUILD)/digests: $(BUILD)/tests/golden/digests.o $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lm -lpthread

$(BUILD)/joint-sign-flip: $(BUILD)/tests/interop/joint_sign_flip.o $(BUILD)/libharness.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-core: $(patsubst %,$(BUILD)/tests/bench/%.o,bench_core peak work allocations) $(BUILD)/tests/oracle/paper_nets.o $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-networks: $(patsubst %,$(BUILD)/tests/bench/%.o,bench_networks peak work) $(patsubst %,$(BUILD)/tests/oracle/%.o,networks paper_nets) $(BUILD)/libharness.a $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-layers: $(patsubst %,$(BUILD)/tests/bench/%.o,bench_layers peak) $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-store: $(BUILD)/tests/bench/bench_store.o $(BUILD)/libharness.a $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-plan: $(BUILD)/tests/bench/bench_plan.o $(BUILD)/libharness.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/bench-scale: $(BUILD)/tests/bench/bench_scale.o $(BUILD)/libharness.a $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/one-step: $(BUILD)/tests/bench/one_step.o $(patsubst %,$(BUILD)/tests/oracle/%.o,networks paper_nets) $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lm -lpthread

# Objects are kept: make would remove those of tests at its end, and say so after the line that counts them.
.SECONDARY:
.PHONY: always packages test-packages reproduce demo test check-units test-bits test-arm test-interop fuzz fuzz-targets bench bench-inference bench-peers bench-store schema install uninstall clean
always:

packages:
	@sh harness/packages.sh run
test-packages:
	@sh harness/packages.sh run test

# All tests; the last line counts them.
test: test-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) check-units
check-units: retrial $(UNIT) $(BUILD)/fail_nth.so $(BUILD)/digests $(BUILD)/bench-core $(BUILD)/one-step
	@BUILD=$(BUILD) RETRIAL=./retrial CC="$(CC)" sh tests/run.sh

# One call that fails, at every place where one can: writes, syncs, renames, new files, allocations (a sample of these).
.PHONY: test-fault
test-fault: test-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial $(BUILD)/fail_nth.so
	@BUILD=$(BUILD) RETRIAL=./retrial sh tests/fault/fault.sh
$(BUILD)/fail_nth.so: tests/fault/fail_nth.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARNINGS) -O2 -fPIC -shared -o $@ $< -ldl

# What needs no run of the program, in under a minute: layout, shell scripts, the manual page, who
# includes what, static analysis, the reference of the schema.
.PHONY: check
check: test-packages
	+@$(MAKE) --no-print-directory -s -j$(JOBS) retrial
	@BUILD=$(BUILD) RETRIAL=./retrial CC="$(CC)" sh tests/run.sh tests/lint/lint.sh tests/lint/schema.sh

# Sweeps on a real Slurm of six nodes on this machine, with tasks that are killed, cancelled and stopped. Slurm itself
# comes from Debian's packages, which no other target needs.
.PHONY: test-slurm slurm-packages
slurm-packages:
	@sh harness/packages.sh slurm
test-slurm: packages slurm-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	@BUILD=$(BUILD) RETRIAL=./retrial CC="$(CC)" sh tests/slurm/slurm.sh

# The same digests from gcc and clang, -O1 to -O3, every kernel variant, one and two threads.
test-bits: test-packages
	@sh tests/bits.sh
test-arm: test-packages
	@sh tests/arm.sh
# Databases, models and statistics in other programs (pandas, Datasette, R ...): Python packages from PyPI, skipped when it cannot be reached.
test-interop: packages test-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial $(BUILD)/tests/test_model_files $(BUILD)/joint-sign-flip
	@BUILD=$(BUILD) RETRIAL=./retrial CC="$(CC)" sh tests/interop.sh

# Hostile inputs for everything that reads files, with sanitizers, 50,000 for each target or 12 seconds: beside the first build, in build/fuzz.
# The kernels read no file, and compiling them with sanitizers takes minutes.
FUZZ = $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_FLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libharness.a $(BUILD)/libnn.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBRARIES)
fuzz-targets: $(FUZZ)
fuzz: test-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) CC="$(FUZZ_CC)" BUILD=build/fuzz CFLAGS="$(FUZZ_FLAGS)" KERNEL_EXTRA=-fno-sanitize=all NN_CONTRACTS= fuzz-targets
	@BUILD=build/fuzz sh tests/fuzz.sh

# The unit tests and the tests of the command line with address and undefined behaviour sanitizers,
# in build/sanitize. Of the kernels the plain ones; the others are the same templates with other
# vector types, and take minutes to compile with sanitizers. Tests whose name is in
# tests/sanitize.txt are left out, each with its reason.
SANITIZE_FLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
.PHONY: test-sanitize
test-sanitize: test-packages
	+@$(MAKE) --no-print-directory -j$(JOBS) CC="$(FUZZ_CC)" BUILD=build/sanitize PROGRAM=build/sanitize/retrial \
		CFLAGS="$(SANITIZE_FLAGS)" NN_LEVEL=-O1 KERNEL_EXTRA=-fno-sanitize=all PLAIN_EXTRA=-fsanitize=address NN_CONTRACTS= sanitize-targets
	@BUILD=build/sanitize CC="$(FUZZ_CC) -fsanitize=address,undefined" sh tests/sanitize.sh
sanitize-targets: $(PROGRAM) $(UNIT) $(BUILD)/digests

# The layout of all C files, as .clang-format says.
.PHONY: format
format: # twice: a first pass that moves comments may leave columns for the second to align
	@for pass in 1 2; do git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i; done

# The paper's networks, each kind of layer by itself, and the small networks of the literature.
bench: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bench-core $(BUILD)/bench-layers $(BUILD)/bench-networks
	$(BUILD)/bench-core $(BUILD)/bench.json
	$(BUILD)/bench-layers
	$(BUILD)/bench-networks

# What expanding a sweep file of 1,000 to 100,000 trials costs.
bench-plan: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bench-plan
	$(BUILD)/bench-plan

# A study of 100,000 trials in 1,000 tasks of a cluster, beside its trainings: planning, submitting to a stub, merging, status.
.PHONY: bench-scale
bench-scale: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial $(BUILD)/bench-scale
	@folder=$$(mktemp -d) && PATH=$$PWD/tests/bench/slurm_stub:$$PATH $(BUILD)/bench-scale ./retrial "$$folder"; status=$$?; rm -rf "$$folder"; exit $$status

# Beside ONNX Runtime, OpenCV DNN and PyTorch, in a Python virtual environment from PyPI ($PEERS, or one that is made).
bench-inference: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	BUILD=$(BUILD) RETRIAL=./retrial sh tests/bench/peers.sh inference
bench-peers: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bench-core $(BUILD)/bench-networks
	BUILD=$(BUILD) sh tests/bench/peers.sh training

# What the harness costs a trial beside its training.
.PHONY: bench-harness
bench-harness: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	@sh tests/bench/bench_harness.sh

# The results database with 100,000 trials and 10 million rows of metrics .
bench-store: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/bench-store
	$(BUILD)/bench-store 100000 100 $(BUILD)/bench-store.db $(BUILD)/bench-store.json

# ---- the paper ---------------------------------------------------------------------------------------------------------

# A first small study, under a minute: results/retrial.db, which status, runs and query then know.
demo: packages
	@echo "building ./retrial"
	+@$(MAKE) --no-print-directory -j$(JOBS) $(if $(filter 0,$(V)),Q=@) retrial
	./retrial run experiments/demo.yaml
	./retrial table experiments/demo.yaml
	./retrial plot experiments/demo.yaml
	@printf '\nNext:\n  %-60s %s\n  %-60s %s\n  %-60s %s\n' \
		"./retrial runs 'test_accuracy>0.8'" "single trials" \
		"./retrial report experiments/demo.yaml -o results/demo.html" "one page" \
		"./retrial verify demo --sample 1" "the same bits?"

# Data sets that are not there are left out: nothing else is missing.
LEFT_OUT = ./retrial query "SELECT count(*) FROM runs WHERE sweep = 'paper' AND state NOT IN ('done', 'skipped')" --format csv | grep -qx 0
# The paper's results on every data set that is there: runs what is missing in results/retrial.db, then tables, claims and figures.
reproduce: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	./retrial run experiments/paper.yaml --seeds $(SEEDS) || test $$? = 4 || $(LEFT_OUT)
	./retrial table experiments/paper.yaml
	-./retrial claims experiments/paper.yaml
	./retrial plot experiments/paper.yaml

# The whole study in results/retrial.db, a night on two cores (docs/performance.md): runs what is missing, then publishes it. In ablation-head the
# recipes of several sweeps share phases, so it comes first.
STUDY = experiments/ablation-head.yaml $(filter-out %/ablation-head.yaml %/demo.yaml %/smoke.yaml,$(wildcard experiments/*.yaml))
.PHONY: study
study: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	for sweep in $(STUDY); do ./retrial run $$sweep || exit; done
	+@$(MAKE) --no-print-directory paper

# All tables, figures, verdicts and digests of results/retrial.db again, and the verdicts in PAPER_MAP.md. Unchanged results change no byte.
.PHONY: paper
paper: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	sh harness/paper.sh results/retrial.db results/reference experiments/*.yaml
	sh harness/paper.sh --map PAPER_MAP.md results/reference

# One study with a database of its own: SWEEP=experiments/beyond.yaml; DB and FOLDER say where from and where to.
.PHONY: publish
publish: DB = results/$(basename $(notdir $(SWEEP))).db
publish: FOLDER = results/reference
publish: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	sh harness/paper.sh $(DB) $(FOLDER) $(SWEEP)
	sh harness/paper.sh --map PAPER_MAP.md results/reference

# The other papers (experiments/papers) whose database results/NAME.db is here, and the verdicts in their pages.
.PHONY: papers
papers: packages
	+@$(MAKE) --no-print-directory -j$(JOBS) retrial
	for page in experiments/papers/*/README.md; do \
		name=$$(basename $$(dirname $$page)); \
		[ ! -e results/$$name.db ] || sh harness/paper.sh results/$$name.db results/reference/papers experiments/papers/$$name/$$name.yaml || exit 1; \
		sh harness/paper.sh --map $$page results/reference/papers/$$name || exit 1; done

COMPLETIONS = bash-completion/completions zsh/site-functions fish/vendor_completions.d
# The reference of the database, from the comments of its schema.
schema: harness/store/SCHEMA.md
harness/store/SCHEMA.md: harness/store/schema-to-md.sh harness/store/schema.sql harness/store/views.sql
	$(Q)sh harness/store/schema-to-md.sh harness/store/schema.sql harness/store/views.sql >$@.new && mv $@.new $@

# The manual pages: the options of every verb, and the language, are printed by the program itself.
$(BUILD)/retrial.1: harness/cli/retrial.1 $(PROGRAM)
	$(Q)mkdir -p $(BUILD) && $(abspath $(PROGRAM)) help options --format man >$(BUILD)/options.1 && \
		sed -e '/options of every verb: make/{r $(BUILD)/options.1' -e 'd}' $< >$@
$(BUILD)/retrial-sweep.5: $(PROGRAM)
	$(Q)mkdir -p $(BUILD) && $(abspath $(PROGRAM)) help sweep --format man >$@
docs/sweep.md: retrial
	$(Q)./retrial help sweep --format md >$@

# The pictures of the README: a figure of the demo study, and the live page in Chromium.
.PHONY: screenshots
screenshots: retrial
	sh docs/screenshots.sh docs/images

# The documentation as HTML, in build/html; `make install` takes it along when it is there.
.PHONY: html
html: $(PROGRAM) $(BUILD)/retrial.1 $(BUILD)/retrial-sweep.5
	$(Q)sh docs/html.sh $(BUILD)/html $(BUILD)/retrial.1 $(BUILD)/retrial-sweep.5

# Both go in with their folders, so that links between documents lead somewhere.
EXPERIMENTS = $(foreach kind,yaml md py sh,$(wildcard $(addsuffix *.$(kind),experiments/ experiments/library/ experiments/papers/*/ experiments/programs/)))
DOCUMENTS = README.md CHANGELOG.md CONTRIBUTING.md PAPER_MAP.md CITATION.cff LICENSE harness/store/SCHEMA.md $(wildcard docs/*.md docs/images/*.png) \
	results/reference/fair-cifar10/figures/differences.svg
install: $(PROGRAM) $(BUILD)/retrial.1 $(BUILD)/retrial-sweep.5
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/retrial
	install -D -m 644 $(BUILD)/retrial.1 $(DESTDIR)$(PREFIX)/share/man/man1/retrial.1
	install -D -m 644 $(BUILD)/retrial-sweep.5 $(DESTDIR)$(PREFIX)/share/man/man5/retrial-sweep.5
	install -d $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	$(abspath $(PROGRAM)) completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/retrial
	$(abspath $(PROGRAM)) completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_retrial
	$(abspath $(PROGRAM)) completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/retrial.fish
	@for file in $(wildcard plots/*.gp) $(EXPERIMENTS); do \
		install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/retrial/$$file || exit; done
	@for file in $(DOCUMENTS); do \
		install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/doc/retrial/$$file || exit; done
	ln -sfn ../../retrial/experiments $(DESTDIR)$(PREFIX)/share/doc/retrial/experiments
	test ! -d $(BUILD)/html || cp -R $(BUILD)/html $(DESTDIR)$(PREFIX)/share/doc/retrial/
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/retrial $(DESTDIR)$(PREFIX)/share/man/man1/retrial.1 $(DESTDIR)$(PREFIX)/share/man/man5/retrial-sweep.5 $(DESTDIR)$(PREFIX)/share/retrial \
		$(DESTDIR)$(PREFIX)/share/doc/retrial
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/retrial $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_retrial
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/retrial.fish

# ---- packages (packaging/) ---------------------------------------------------------------------------------------------

# Each is built of HEAD in a fresh root of Debian 12, and tested in another one that has no compiler.
# As root; what comes out is in build/packages.
.PHONY: deb wheel oci test-deb test-wheel test-oci
OUT = $(BUILD)/packages
deb:
	bash packaging/root.sh -p git,dpkg-dev,debhelper,lintian -b . -o $(OUT) -- env VERSION=$(VERSION) sh packaging/deb.sh /out
test-deb: deb
	bash packaging/root.sh -p autopkgtest -o $(OUT) -- sh -c 'autopkgtest -B /out/retrial_$(VERSION)-*.deb /out/source/ -- null'
wheel:
	bash packaging/root.sh -p git,python3 -b . -o $(OUT) -- env VERSION=$(VERSION) sh packaging/wheel.sh /out
test-wheel: wheel
	bash packaging/root.sh -p python3-venv -o $(OUT) -- sh -c 'sh /out/test-wheel.sh /out'
oci: deb
	bash packaging/oci.sh $(OUT)
test-oci: oci
	bash packaging/test-oci.sh $(OUT)

clean:
	rm -rf build retrial

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
