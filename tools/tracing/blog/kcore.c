// SPDX-License-Identifier: LGPL-2.1
/*
 * /proc/kcore is an ELF file whose segments are what the kernel has mapped, and whose
 * notes have VMCOREINFO.
 */
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "kcore.h"
#include "output.h"

#define NOTES_MAX	(1 << 20)

/**
 * struct kcore - the memory of this kernel
 * @fd: the file
 * @segments: of it, so many of @nr
 * @info: VMCOREINFO
 */
struct kcore {
	int		fd;
	ElfW(Phdr)	*segments;
	size_t		nr;
	char		*info;
};

/**
 * kcore_is - whether a file is that
 * @fd: the file
 *
 * Another file of procfs is not: /proc/vmcore is a dump. Each mount of it is a file system,
 * but numbers its files alike.
 *
 * Return: true if so.
 */
bool kcore_is(int fd)
{
	struct stat file, kcore;
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC && !fstat(fd, &file) &&
	       !stat("/proc/kcore", &kcore) && file.st_ino == kcore.st_ino;
}

static bool read_at(const struct kcore *kcore, uint64_t offset, void *buf, size_t size)
{
	return pread(kcore->fd, buf, size, offset) == (ssize_t)size;
}

static bool read_segments(struct kcore *kcore)
{
	ElfW(Ehdr) header;

	if (!read_at(kcore, 0, &header, sizeof(header)) ||
	    header.e_phentsize != sizeof(ElfW(Phdr)))
		return false;
	kcore->nr = header.e_phnum;
	kcore->segments = must(calloc(kcore->nr + 1, sizeof(*kcore->segments)));

	return read_at(kcore, header.e_phoff, kcore->segments,
		       kcore->nr * sizeof(*kcore->segments));
}

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static char *find_info(const char *notes, size_t size)
{
	static const char name[] = "VMCOREINFO";
	size_t pos = 0, payload;
	ElfW(Nhdr) note;

	while (pos + sizeof(note) <= size) {
		memcpy(&note, notes + pos, sizeof(note));
		pos += sizeof(note);
		payload = pos + padded(note.n_namesz);
		if (payload > size || note.n_descsz > size - payload)
			break;
		if (note.n_namesz == sizeof(name) && !memcmp(notes + pos, name, sizeof(name)))
			return must(strndup(notes + payload, note.n_descsz));
		pos = payload + padded(note.n_descsz);
	}

	return NULL;
}

static void read_info(struct kcore *kcore)
{
	size_t i;

	for (i = 0; i < kcore->nr && !kcore->info; i++) {
		const ElfW(Phdr) *segment = &kcore->segments[i];
		char *notes;

		if (segment->p_type != PT_NOTE || segment->p_filesz > NOTES_MAX)
			continue;
		notes = must(malloc(segment->p_filesz + 1));
		if (read_at(kcore, segment->p_offset, notes, segment->p_filesz))
			kcore->info = find_info(notes, segment->p_filesz);
		free(notes);
	}
}

/**
 * kcore_open - open it
 * @fd: the file
 * @path: its name
 *
 * Ends the program if that is not possible.
 *
 * Return: the memory, to be freed with kcore_close().
 */
struct kcore *kcore_open(int fd, const char *path)
{
	struct kcore *kcore = must(calloc(1, sizeof(*kcore)));

	kcore->fd = fd;
	if (!read_segments(kcore))
		die("%s is not the memory of this kernel, or may not be read", path);
	read_info(kcore);
	if (!kcore->info)
		die("%s has no VMCOREINFO, which says where things are", path);

	return kcore;
}

/**
 * kcore_line - what VMCOREINFO says
 * @kcore: the memory
 * @key: of what
 *
 * Return: the value, to be freed, or NULL.
 */
char *kcore_line(const struct kcore *kcore, const char *key)
{
	size_t len = strlen(key);
	const char *line = kcore->info;

	while (line && (strncmp(line, key, len) || line[len] != '=')) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}

	return line ? must(strndup(line + len + 1, strcspn(line + len + 1, "\n"))) : NULL;
}

/**
 * kcore_read - copy some of the memory
 * @kcore: the memory
 * @addr: where
 * @buf: takes the copy
 * @size: bytes
 *
 * Return: false if not all of it is mapped.
 */
bool kcore_read(const struct kcore *kcore, uint64_t addr, void *buf, size_t size)
{
	size_t i;

	for (i = 0; i < kcore->nr; i++) {
		const ElfW(Phdr) *segment = &kcore->segments[i];

		if (segment->p_type == PT_LOAD && addr >= segment->p_vaddr &&
		    addr - segment->p_vaddr < segment->p_filesz &&
		    size <= segment->p_filesz - (addr - segment->p_vaddr))
			return read_at(kcore, segment->p_offset + (addr - segment->p_vaddr),
				       buf, size);
	}

	return false;
}

/**
 * kcore_close - free what kcore_open() returned
 * @kcore: the memory
 */
void kcore_close(struct kcore *kcore)
{
	free(kcore->segments);
	free(kcore->info);
	free(kcore);
}
