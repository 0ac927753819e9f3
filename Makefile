# Klynge. `make help` lists the targets. `make` alone only builds.
MODE ?= release
BUILD ?= $(if $(filter release,$(MODE)),build,build-$(MODE))
CC ?= cc
PYTHON ?= /usr/bin/python3
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
DESTDIR ?=
OUT ?= out

VERSION = 0.4.0

PACKAGES = hdf5-serial libconfig gsl jansson libxxhash sleef
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
SANITIZE = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
# Any x86-64 since 2009; no FMA, so the same bits as on all others.
BASELINE := $(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v2)
FLAGS_release = -O3 -g $(BASELINE)
FLAGS_debug = -O0 -g -DKLYNGE_DEBUG
FLAGS_asan = $(SANITIZE) -fsanitize=address,undefined
FLAGS_tsan = $(SANITIZE) -fsanitize=thread
ifeq ($(origin FLAGS_$(MODE)),undefined)
$(error MODE=$(MODE) is not known: release, debug, asan or tsan)
endif
OPT ?= $(FLAGS_$(MODE))
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
# Open MPI is optional, and joins under a name that leaves `hdf5` alone. MPI=no builds without it.
MPI ?= $(if $(shell pkg-config --exists ompi-c 2>/dev/null && echo 1),yes,no)
ifeq ($(MPI),yes)
MPI_CFLAGS := -DKLYNGE_MPI $(subst -I/,-isystem /,$(shell pkg-config --cflags-only-I ompi-c))
MPI_LIBS := $(shell pkg-config --libs ompi-c)
endif
INCLUDES = -Isim -Imodels $(subst -I/,-isystem /,$(PKG_CFLAGS))
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -fopenmp -ffp-contract=off -fno-plt $(WARNINGS) $(OPT) $(INCLUDES) $(CFLAGS)
ALL_LIBS = $(LDFLAGS) $(PKG_LIBS) -lhdf5_hl $(MPI_LIBS) -lm

SOURCES := $(sort $(wildcard sim/*/*.c models/*.c models/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LINKED := $(filter-out $(BUILD)/sim/cli/main.o,$(OBJECTS))
# tests/test_*.c are programs; other C files of tests/ (the naive reference) are linked to each of them.
TESTS := $(sort $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c)))
BESIDE := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/test_%.c,$(wildcard tests/*.c)))
BENCHES := $(sort $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c)))
# Verbs written in Python stand beside the program under the names that it looks for.
VERBS := $(patsubst analysis/%,$(BUILD)/%,$(wildcard analysis/klynge-*))
C_FILES := $(sort $(wildcard sim/*/*.[ch] models/*.[ch] models/*/*.[ch] tests/*.[ch] bench/*.[ch]))

# ---- what a program says about itself: given to the files that ask for it, which are compiled again when it changes ----
ifneq ($(wildcard .git),)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
DIRTY := $(if $(shell git status --porcelain -- sim models Makefile 2>/dev/null),1,0)
else
COMMIT := unknown
DIRTY := 0
endif
ABOUT = -DKLYNGE_VERSION='"$(VERSION)"' -DKLYNGE_COMMIT='"$(COMMIT)"' -DKLYNGE_DIRTY=$(DIRTY) \
	-DKLYNGE_FLAGS='"$(strip $(CC) $(ALL_CFLAGS))"'
ABOUT_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(if $(SOURCES),$(shell grep -lE \
	'KLYNGE_(VERSION|COMMIT|DIRTY|FLAGS)' $(SOURCES))))

# ---- targets that build ------------------------------------------------------------------------------------------------
all: $(BUILD)/klynge $(VERBS) ## build the program, nothing else (MODE=release|debug|asan|tsan, BUILD, CC, CFLAGS, V=1)

$(VERBS): $(BUILD)/%: analysis/%
	@mkdir -p $(@D); ln -sf $(abspath $<) $@

unit-tests: $(TESTS)
bench-programs: $(BENCHES)

# Beside each object stands what its compiler said (FILE.said): `make check` reads it there, whenever the file was compiled.
objects: $(OBJECTS) $(TESTS:=.o) $(BESIDE) $(BENCHES:=.o)

# One short line for each step; V=1 shows the commands.
Q = $(if $(V),,@)
SAY = $(if $(V),:,echo) ' '

$(BUILD)/klynge: $(OBJECTS)
	@$(SAY) link $@
	$(Q)$(CC) -fopenmp $(OPT) $^ -o $@ $(ALL_LIBS)

# TEST_LINK_<name> holds what one test program alone links with.
$(TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BESIDE) $(LINKED)
	@$(SAY) link $@
	$(Q)$(CC) -fopenmp $(OPT) $^ -o $@ $(TEST_LINK_$*) $(ALL_LIBS) -lcriterion

$(BENCHES): $(BUILD)/bench/%: $(BUILD)/bench/%.o $(LINKED)
	@$(SAY) link $@
	$(Q)$(CC) -fopenmp $(OPT) $^ -o $@ $(ALL_LIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags | packages-found
	@mkdir -p $(@D); $(SAY) cc $<
	$(Q)$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -MMD -MP -c $< -o $@ 2>$(@:.o=.said) || { cat $(@:.o=.said) >&2; exit 1; }; \
	cat $(@:.o=.said) >&2

$(ABOUT_OBJECTS): EXTRA_CFLAGS = $(ABOUT)
$(BUILD)/sim/io/mpi.o: EXTRA_CFLAGS = $(MPI_CFLAGS)
$(ABOUT_OBJECTS): $(BUILD)/about
$(BUILD)/tests/%.o $(BUILD)/bench/%.o: ALL_CFLAGS += -Itests
# What a researcher would compile with on the own machine: the compiler may use all of it, fused operations too.
$(BUILD)/bench/yardstick_gsl.o: ALL_CFLAGS += -O3 -march=native -ffp-contract=fast

# Files that hold what they are named after and change only when it does.
export KLYNGE_ABOUT := $(ABOUT)
export KLYNGE_CFLAGS := $(strip $(CC) $(ALL_CFLAGS) $(ALL_LIBS))
$(BUILD)/flags: always
	@mkdir -p $(@D); printf '%s\n' "$$KLYNGE_CFLAGS" | cmp -s - $@ || printf '%s\n' "$$KLYNGE_CFLAGS" > $@
$(BUILD)/about: always
	@mkdir -p $(@D); printf '%s\n' "$$KLYNGE_ABOUT" | cmp -s - $@ || printf '%s\n' "$$KLYNGE_ABOUT" > $@

packages-found:
	@command -v pkg-config >/dev/null && pkg-config --exists $(PACKAGES) && command -v $(CC) >/dev/null \
	&& echo '#include <Random123/philox.h>' | $(CC) $(CFLAGS) -E - >/dev/null 2>&1 || { \
	command -v pkg-config >/dev/null || echo 'not found: pkg-config'; \
	for p in $(PACKAGES); do pkg-config --exists $$p 2>/dev/null || echo "not found by pkg-config: $$p"; done; \
	command -v $(CC) >/dev/null || echo 'not found: the compiler $(CC)'; \
	echo 'Klynge cannot be built without these, or without the headers of Random123: `make deps` installs what is missing.'; \
	exit 1; } >&2

-include $(OBJECTS:.o=.d) $(TESTS:=.d) $(BESIDE:.o=.d) $(BENCHES:=.d)

# ---- packages ------------------------------------------------------------------------------------------------------------
BUILD_DEBS = gcc libc6-dev pkg-config libhdf5-dev libconfig-dev libgsl-dev libjansson-dev libxxhash-dev libsleef-dev \
	librandom123-dev
DEMO_DEBS = python3 python3-h5py python3-h5netcdf python3-xarray python3-matplotlib python3-scipy python3-pandas \
	python3-statsmodels python3-networkx
TEST_DEBS = libcriterion-dev clang libclang-rt-14-dev libomp-dev clang-format cppcheck valgrind libc6-dbg strace netcdf-bin \
	python3-netcdf4 python3-igraph mandoc groff openmpi-bin libopenmpi-dev procps
INSIGHT_DEBS = chromium chromium-driver python3-selenium poppler-utils r-base-core r-cran-ncdf4 r-cran-hdf5r
DEBS = $(BUILD_DEBS) $(DEMO_DEBS) $(TEST_DEBS)

deps: ## install what is missing, with apt; without root print the one command to run
	@command -v dpkg-query >/dev/null || { echo 'deps: this system has no dpkg; taking it that all is installed'; exit 0; }; \
	missing=; for p in $(DEBS); do \
		[ "$$(dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null)" = installed ] || missing="$$missing $$p"; done; \
	[ -n "$$missing" ] || exit 0; \
	as=; if [ "$$(id -u)" != 0 ]; then \
		if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as='sudo'; else \
		echo "Missing packages. As root, run:"; echo "  apt-get update && apt-get install --no-install-recommends$$missing"; \
		exit 1; fi >&2; fi; \
	echo "deps: installing$$missing"; \
	$$as apt-get -q -o DPkg::Lock::Timeout=300 update && $$as env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $$missing </dev/null

# Flags of pkg-config are read when make starts, so what follows `deps` is another make.
AGAIN = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# ---- targets that run ------------------------------------------------------------------------------------------------------
demo: ready-to-run ## the ACT decade: install what is missing, build, run 200 replicates, draw out/act.png, print the summary
	@mkdir -p $(OUT)
	$(BUILD)/klynge run configs/act.cfg --replicates 200 -o $(OUT)/act.h5 --force
	$(BUILD)/klynge draw $(OUT)/act.h5 -o $(OUT)/act.png --force
	$(BUILD)/klynge summary $(OUT)/act.h5
	@echo; echo 'results: $(OUT)/act.h5'; echo 'picture: $(OUT)/act.png'

ready-to-run:
	@$(MAKE) --no-print-directory deps DEBS="$(BUILD_DEBS) $(DEMO_DEBS)"
	@$(AGAIN) all

# Three runs of the same seeds: the preset, the preset with no facilitation at all, and with gatherings of one day.
POLICIES := $(shell awk -F '[^a-z_]+' '/^POLICY/ {print $$2}' models/cluster/policies.def)
RUN_PRESET = $(BUILD)/klynge run configs/act.cfg --replicates 200 --force --quiet
consistency: ready-to-run ## the consistency checks of the ACT preset, over 200 replicates
	@mkdir -p $(OUT)
	@$(RUN_PRESET) -o $(OUT)/act.h5
	@$(RUN_PRESET) -o $(OUT)/act-alone.h5 $(foreach p,$(POLICIES),--set policies.$p.on=false)
	@$(RUN_PRESET) -o $(OUT)/act-first-day.h5 --set policies.gatherings.days=1
	@$(PYTHON) analysis/consistency.py $(OUT)/act.h5 --without $(OUT)/act-alone.h5 --first-day $(OUT)/act-first-day.h5

refinement: ready-to-run ## does halving the tick move the preset? main observables, 1000 replicates
	@mkdir -p $(OUT)
	@$(RUN_PRESET) --replicates 1000 -o $(OUT)/act-tick.h5
	@$(RUN_PRESET) --replicates 1000 -o $(OUT)/act-half-tick.h5 --set run.ticks_per_year=24
	@$(PYTHON) analysis/refinement.py $(OUT)/act-tick.h5 $(OUT)/act-half-tick.h5

calibrate: ## search values of the default preset anew: out/calibration.md, some minutes on two cores
	@$(MAKE) --no-print-directory deps DEBS="$(BUILD_DEBS) $(DEMO_DEBS)"
	@$(AGAIN) all
	@mkdir -p $(OUT)
	@$(PYTHON) analysis/calibrate.py $(BUILD)/klynge configs/act.cfg $(OUT)/calibration

test: ## check, unit tests, command line, comparison, sensitivity, calibration, report, Python package, bad inputs, faults, checkpoints, sweeps, readers, bit-identity, short sanitizer runs, the pattern table in its short form
	@$(MAKE) --no-print-directory deps
	@$(AGAIN) all unit-tests objects
	@$(MAKE) --no-print-directory run-tests GROUPS='check sanitizers validation sweep unit faults checkpoint bad_inputs compare sensitivity calibrate readers bring package identity report cli'

test-insight: ## the report in headless Chromium, result files in R, damaged files in every verb; installs Chromium and R
	@$(MAKE) --no-print-directory deps DEBS="$(BUILD_DEBS) $(DEMO_DEBS) $(INSIGHT_DEBS)"
	@$(AGAIN) all
	@$(MAKE) --no-print-directory run-tests GROUPS='insight'

torture: ## the long forms: every fault, checkpoints, sweeps killed over and over and under Slurm, which it installs, all unit tests under valgrind and every sanitizer
	@$(MAKE) --no-print-directory deps DEBS="$(DEBS) slurm-wlm munge"
	@$(AGAIN) all unit-tests
	@$(MAKE) --no-print-directory run-tests GROUPS='faults_long checkpoint_long sweep_long slurm valgrind sanitizers_long'

run-tests:
	@$(RUN_TESTS) tests/run.sh $(BUILD) $(GROUPS)

check: ## format, layering, headers alone, symbol prefixes, no libm in the core, cppcheck, gcc and clang without a warning
	@$(AGAIN) all objects
	@$(RUN_TESTS) tests/check.sh $(BUILD)

# What scripts of tests/ need to know.
RUN_TESTS = MAKE='$(AGAIN)' CC='$(CC)' PYTHON='$(PYTHON)' C_FILES='$(C_FILES)' \
	C_FLAGS='-std=c11 -D_GNU_SOURCE -fopenmp -ffp-contract=off $(WARNINGS) $(INCLUDES) $(MPI_CFLAGS) -Itests'

bench: ## build and run the benchmarks of bench/: figures on the terminal, in out/bench.json and out/bench.png
	@$(AGAIN) all bench-programs
	@mkdir -p $(OUT)
	@$(PYTHON) bench/run.py $(BUILD) --json $(OUT)/bench.json --figures $(OUT)

figures: ready-to-run ## draw every figure of the documents again, by the commands of configs/GALLERY.md: some minutes
	@mkdir -p $(OUT)
	sed -n '/^```sh$$/,/^```$$/{/^```/d;p}' configs/GALLERY.md | sed 's#^build/#$(BUILD)/#' | bash -ex

validate: ## the fifty patterns and the consistency checks, 200 replicates: out/validation.md and .json, against the record
	@$(MAKE) --no-print-directory deps DEBS="$(BUILD_DEBS) $(DEMO_DEBS) "
	@$(AGAIN) all
	@mkdir -p $(OUT)
	@$(BUILD)/klynge validate --force --cache $(OUT)/validation -o $(OUT)/validation.md -o $(OUT)/validation.json

reference: pages ## write models/*/PARAMETERS.md and the page of each verb beside its source again, from the tables
	$(BUILD)/klynge params --markdown > $(BUILD)/PARAMETERS.md
	mv $(BUILD)/PARAMETERS.md models/cluster/PARAMETERS.md
	cp -r $(BUILD)/pages/. .

format: ## lay out all C files by .clang-format
	clang-format -i $(C_FILES)

# ---- install ---------------------------------------------------------------------------------------------------------------
BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share/klynge
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/klynge
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man1
COMPLETIONDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
DATE = $(shell date -u -d "@$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)}" +%Y-%m-%d)

pages: all ## man pages, bash completion and Markdown from the tables of --help: BUILD/man, BUILD/completion, BUILD/pages
	@rm -rf $(BUILD)/pages
	$(PYTHON) sim/cli/pages.py $(BUILD) $(DATE)

install: pages ## install under PREFIX (/usr/local), staged under DESTDIR
	install -d $(BINDIR) $(SHAREDIR) $(DOCDIR) $(MANDIR) $(COMPLETIONDIR)
	install -m 755 $(BUILD)/klynge $(BINDIR)/klynge
	for f in $$(find configs analysis -type f ! -path '*/__pycache__/*'); do \
		install -D -m $$([ -x $$f ] && echo 755 || echo 644) $$f $(SHAREDIR)/$$f || exit 1; done
	for v in $(notdir $(VERBS)); do ln -sf ../share/klynge/analysis/$$v $(BINDIR)/$$v || exit 1; done
	install -m 644 $(BUILD)/man/klynge.1 $(BUILD)/man/klynge-*.1 $(MANDIR)
	install -m 644 $(BUILD)/completion/klynge $(COMPLETIONDIR)/klynge
	install -m 644 README.md LICENSE CHANGELOG.md CITATION.cff $(wildcard models/cluster/*.md) $(DOCDIR)

uninstall: ## remove what install put there
	rm -f $(BINDIR)/klynge $(patsubst $(BUILD)/%,$(BINDIR)/%,$(VERBS))
	rm -f $(MANDIR)/klynge.1 $(MANDIR)/klynge-*.1 $(COMPLETIONDIR)/klynge
	rm -rf $(SHAREDIR) $(DOCDIR)

clean: ## remove what was built; results in out/ stay
	rm -rf $(BUILD)

help: ## this list
	@echo 'usage: make [TARGET] [MODE=release|debug|asan|tsan] [BUILD=DIR] [CC=gcc|clang] [PREFIX=DIR] [DESTDIR=DIR]'; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

always:
.PHONY: all objects run-tests unit-tests bench-programs packages-found deps demo ready-to-run consistency refinement calibrate test test-insight torture check \
	bench figures validate reference format pages install uninstall clean help always
.DELETE_ON_ERROR:
