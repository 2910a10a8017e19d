// SPDX-License-Identifier: LGPL-2.1
/*
 * Dumps are read by libkdumpfile. It keeps what it has read, so /proc/kcore, which
 * changes, is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <libkdumpfile/kdumpfile.h>

#include "core.h"
#include "kcore.h"
#include "output.h"

/* How a dump begins that went through a pipe. */
#define FLATTENED	"makedumpfile"

/**
 * struct core - the memory of a kernel
 * @fd: the file
 * @dump: a dump; NULL: it is @kcore
 * @kcore: the memory of this kernel
 * @release: which kernel; NULL if that is not known
 */
struct core {
	int		fd;
	kdump_ctx_t	*dump;
	struct kcore	*kcore;
	char		*release;
};

static bool begins_with(int fd, const char *magic)
{
	char head[16] = "";

	return pread(fd, head, sizeof(head), 0) > 0 && !memcmp(head, magic, strlen(magic));
}

/**
 * core_is - whether a file is a dump, by its first bytes
 * @path: the file
 *
 * Return: true if it is; false if it cannot be read, too.
 */
bool core_is(const char *path)
{
	static const char * const magic[] = {
		"\177ELF", "KDUMP   ", "DISKDUMP", FLATTENED,
	};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool found = false;
	size_t i;

	for (i = 0; fd >= 0 && i < sizeof(magic) / sizeof(*magic); i++)
		found |= begins_with(fd, magic[i]);
	if (fd >= 0)
		close(fd);

	return found;
}

/* QEMU does not write into a compressed dump which machine it is: one like this then. */
static void guess_machine(kdump_ctx_t *dump)
{
	struct utsname uts;
	const char *name;

	if (kdump_get_string_attr(dump, KDUMP_ATTR_ARCH_NAME, &name) != KDUMP_OK &&
	    !uname(&uts))
		kdump_set_string_attr(dump, KDUMP_ATTR_ARCH_NAME, uts.machine);
}

static void open_dump(struct core *core, const char *path)
{
	bool is_open, is_known;
	char *why;

	core->dump = must(kdump_new());
	/* Who maps a file that ends before it says so dies of what is not there. */
	kdump_set_number_attr(core->dump, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	is_open = kdump_open_fd(core->dump, core->fd) == KDUMP_OK;
	/* As QEMU and makedumpfile -F write it: older libraries do not read that. */
	if (!is_open && begins_with(core->fd, FLATTENED))
		die("%s is flattened, as for a pipe; to make a dump of it: makedumpfile -R DUMP <%s",
		    path, path);
	if (!is_open)
		die("%s is not a dump of a kernel, or is damaged: %s", path,
		    kdump_get_err(core->dump));
	/* makedumpfile leaves out pages of nothing but zeros. */
	kdump_set_number_attr(core->dump, KDUMP_ATTR_ZERO_EXCLUDED, 1);
	guess_machine(core->dump);
	is_known = kdump_set_string_attr(core->dump, KDUMP_ATTR_OSTYPE, "linux") == KDUMP_OK;
	why = is_known ? NULL : must(strdup(kdump_get_err(core->dump)));
	if (kdump_vmcoreinfo_line(core->dump, "OSRELEASE", &core->release) != KDUMP_OK)
		die("%s has no VMCOREINFO, which says where things are: QEMU needs -device vmcoreinfo, and the kernel CONFIG_FW_CFG_SYSFS",
		    path);
	if (!is_known)
		die("%s: addresses of kernel %s cannot be found: %s", path, core->release, why);
}

/**
 * core_open - open a dump
 * @path: the file
 *
 * Ends the program if it is none.
 *
 * Return: the dump, to be freed with core_close().
 */
struct core *core_open(const char *path)
{
	struct core *core = must(calloc(1, sizeof(*core)));

	core->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (core->fd < 0)
		die("cannot read %s: %s", path, strerror(errno));
	if (!core_is(path))
		die("%s is not a dump of a kernel", path);
	if (kcore_is(core->fd)) {
		core->kcore = kcore_open(core->fd, path);
		core->release = kcore_line(core->kcore, "OSRELEASE");
	} else {
		open_dump(core, path);
	}

	return core;
}

/**
 * core_release - which kernel it is
 * @core: its memory
 *
 * Return: its release.
 */
const char *core_release(const struct core *core)
{
	return core->release ? core->release : "?";
}

/**
 * core_is_live - whether the kernel goes on meanwhile
 * @core: its memory
 *
 * Return: true if so.
 */
bool core_is_live(const struct core *core)
{
	return core->kcore;
}

/**
 * core_symbol - the address of a symbol in VMCOREINFO
 * @core: the memory
 * @name: the symbol
 * @addr: takes the address
 *
 * Return: false if it is not there.
 */
bool core_symbol(struct core *core, const char *name, uint64_t *addr)
{
	char *key = text_of("SYMBOL(%s)", name), *value = NULL, *end = NULL;
	bool found;

	if (core->kcore)
		value = kcore_line(core->kcore, key);
	else if (kdump_vmcoreinfo_line(core->dump, key, &value) != KDUMP_OK)
		value = NULL;
	if (value)
		*addr = strtoull(value, &end, 16);
	found = value && end != value;
	free(value);
	free(key);

	return found;
}

/**
 * core_read - copy some of the memory
 * @core: the memory
 * @addr: where; as the kernel sees it
 * @buf: takes the copy
 * @size: bytes
 *
 * Return: false if not all of it can be had.
 */
bool core_read(struct core *core, uint64_t addr, void *buf, size_t size)
{
	if (addr + size < addr)
		return false;
	if (core->kcore)
		return kcore_read(core->kcore, addr, buf, size);

	return kdump_read(core->dump, KDUMP_KVADDR, addr, buf, &size) == KDUMP_OK;
}

/**
 * core_close - free what core_open() returned
 * @core: the memory
 */
void core_close(struct core *core)
{
	if (core->dump)
		kdump_free(core->dump);
	if (core->kcore)
		kcore_close(core->kcore);
	close(core->fd);
	free(core->release);
	free(core);
}
