# SPDX-License-Identifier: GPL-2.0
# Builds and tests BLOG. Everything that is made lies in build/.

SHELL := /bin/bash
STEP := dev/step

# Where overlays for tests only are applied too.
TEST_OVERLAY := $(if $(wildcard tests/overlay),--with tests/overlay)

.PHONY: help deps source overlay uml x86 plugin install deb kernel-deb demo bench test \
	test-debug test-kernel-deb fuzz torture clean distclean

help:
	@echo 'make demo       what BLOG does, in a virtual machine with a real Ceph'
	@echo 'make test       all tests'
	@echo 'make bench      what BLOG costs, beside what else there is'
	@echo 'make test-debug those in the virtual machine, on a kernel that looks for bugs'
	@echo 'make fuzz       the fuzzers, 10 minutes each; FUZZ_SECONDS=N says otherwise'
	@echo 'make torture    two minutes of torture on each of three kernels; TORTURE_SECONDS=N'
	@echo 'make deb        the package blog-tools: the command blog, the plugin, man pages'
	@echo
	@echo 'The steps these take by themselves:'
	@echo 'make deps       install the Debian packages needed'
	@echo 'make source     fetch and unpack the kernel source to build/linux'
	@echo 'make overlay    apply this repository to it'
	@echo 'make uml        build the user-mode kernel, build/uml/linux'
	@echo 'make x86        build the x86-64 kernel and its modules, build/x86'
	@echo 'make plugin     build blog and the libtraceevent plugin, build/plugin'
	@echo 'make install    install them, the plugin for trace-cmd and perf'
	@echo
	@echo 'make kernel-deb [CONFIG=FILE]'
	@echo '                Debian packages of a kernel with BLOG, build/kernel-deb, configured'
	@echo '                as FILE or else as Debian has it'
	@echo 'make test-kernel-deb'
	@echo '                the same of a small kernel, which is installed and booted'
	@echo
	@echo 'make clean      remove what was built; source and caches stay'
	@echo 'make distclean  remove build/'
	@echo
	@echo 'dev/refresh     bring edits made in build/linux back here'
	@echo 'tests/vm/run    run a command in a virtual machine'
	@echo 'tests/simulate/run  what contexts do on a server with 256 CPUs'

deps:
	@$(STEP) deps dev/deps

source: deps
	@$(STEP) source dev/source

overlay: source
	@$(STEP) overlay dev/apply $(TEST_OVERLAY) build/linux

uml: overlay
	@$(STEP) uml dev/kernel uml

x86: overlay
	@$(STEP) x86 dev/kernel x86

plugin: deps
	@$(STEP) plugin $(MAKE) -C tools/tracing/blog

install:
	@$(MAKE) --no-print-directory -C tools/tracing/blog install

deb:
	@$(STEP) deps dev/deps deb
	@$(STEP) deb dev/deb

kernel-deb:
	@$(STEP) deps dev/deps kernel
	@$(STEP) kernel-deb dev/kernel-deb $(if $(CONFIG),--config '$(CONFIG)')
	@echo 'to install it: sudo apt install' ./build/kernel-deb/linux-image-*.deb

demo: x86 plugin
	@tests/demo/run

bench: uml x86 plugin
	@tests/bench/run

test: uml x86 plugin
	@$(STEP) deps dev/deps lint
	@tests/run

test-debug: overlay plugin
	@tests/run debug

test-kernel-deb: x86 plugin
	@$(STEP) deps dev/deps kernel
	@tests/run kerneldeb

fuzz: overlay
	@tests/fuzz/run $(FUZZ_SECONDS)

torture: overlay plugin
	@tests/torture/run

clean:
	rm -rf $(filter-out build/apt build/ccache build/linux build/source.lock,$(wildcard build/*))

distclean:
	rm -rf build
