// SPDX-License-Identifier: LGPL-2.1
/*
 * Walks from the list of loggers to their contexts and statements, in the memory of a
 * kernel that has died, or lives. Nothing that it says is believed before it is checked:
 * it may be damaged.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"
#include "layout.h"
#include "output.h"
#include "process.h"
#include "record.h"
#include "vmcore.h"
#include "vmcore_symbol.h"

/* More of a kind there are not; what has more is damaged. */
#define LOGGERS_MAX	1000
#define CONTEXTS_MAX	(1U << 21)
#define SITES_MAX	0xffff
#define NAME_MAX_SIZE	64
#define FORMAT_MAX_SIZE	1025

/* A string does not end on a page that is not there if it ends before. */
#define STRING_STEP	256

/**
 * struct found - a context that was found
 * @vmcore: where
 * @logger: whose it is
 * @addr: its address
 * @state: enum blog_ctx_state; @generation, @cleared, @records, @head, @last: as it says
 */
struct found {
	struct vmcore	*vmcore;
	struct logger	*logger;
	uint64_t	addr;
	uint32_t	state;
	uint32_t	generation;
	uint32_t	cleared;
	uint32_t	records;
	uint32_t	head;
	uint64_t	last;
};

/**
 * struct vmcore - what the memory has
 * @core: the memory; @path: its file
 * @layout: of what is in there
 * @loggers: that were found; @contexts: of theirs, so many of @nr
 * @symbols: of their modules
 * @clock: when the kernel died, or at the last message
 */
struct vmcore {
	struct core		*core;
	const char		*path;
	struct layout		layout;
	struct logger		*loggers;
	struct found		*contexts;
	size_t			nr;
	size_t			room;
	struct symbols		*symbols;
	struct clock		clock;
};

/* ---------------------------- memory ---------------------------- */

static bool read_u32(struct vmcore *vmcore, uint64_t addr, uint32_t *value)
{
	return core_read(vmcore->core, addr, value, sizeof(*value));
}

/* A long, or a pointer. */
static bool read_long(struct vmcore *vmcore, uint64_t addr, uint64_t *value)
{
	uint32_t narrow;

	if (vmcore->layout.long_size == sizeof(*value))
		return core_read(vmcore->core, addr, value, sizeof(*value));
	if (!read_u32(vmcore, addr, &narrow))
		return false;
	*value = narrow;

	return true;
}

/* NULL if it is not there, empty, or longer. */
static char *read_string(struct vmcore *vmcore, uint64_t addr, size_t size)
{
	char *text = must(malloc(size + 1));
	size_t len = 0, step;

	while (len < size) {
		step = STRING_STEP - (addr + len) % STRING_STEP;
		if (step > size - len)
			step = size - len;
		if (!core_read(vmcore->core, addr + len, text + len, step))
			break;
		text[len + step] = '\0';
		if (memchr(text + len, '\0', step) && *text)
			return text;
		if (!*text)
			break;
		len += step;
	}
	free(text);

	return NULL;
}

static char *read_string_at(struct vmcore *vmcore, uint64_t addr, size_t size)
{
	uint64_t string;

	return read_long(vmcore, addr, &string) ? read_string(vmcore, string, size) : NULL;
}

/* ---------------------------- lists ---------------------------- */

/* Called for each entry. */
typedef void (*entry_fn)(struct vmcore *vmcore, uint64_t entry, void *data);

/*
 * Walk through a list; false if it is damaged. It may lead back into itself: then it comes
 * to one that is remembered, sooner or later.
 */
static bool each_entry(struct vmcore *vmcore, uint64_t head, uint16_t offset, size_t max,
		       entry_fn look, void *data)
{
	uint64_t pos, remembered = head;
	size_t nr = 0, next = 64;

	for (pos = head; read_long(vmcore, pos, &pos); look(vmcore, pos - offset, data)) {
		if (pos == head)
			return true;
		if (pos == remembered || nr++ == max)
			return false;
		if (nr == next) {
			remembered = pos;
			next *= 2;
		}
	}

	return false;
}

/* ---------------------------- contexts ---------------------------- */

static uint32_t data_size(const struct layout *layout)
{
	return layout->ctx_size - layout->ctx_data;
}

static bool read_context(struct vmcore *vmcore, struct found *found)
{
	const struct layout *layout = &vmcore->layout;
	uint64_t addr = found->addr;

	return read_u32(vmcore, addr + layout->ctx_state, &found->state) &&
	       read_u32(vmcore, addr + layout->ctx_generation, &found->generation) &&
	       read_u32(vmcore, addr + layout->ctx_cleared, &found->cleared) &&
	       read_u32(vmcore, addr + layout->ctx_records, &found->records) &&
	       read_u32(vmcore, addr + layout->ctx_head, &found->head) &&
	       core_read(vmcore->core, addr + layout->ctx_last, &found->last,
			 sizeof(found->last)) &&
	       found->head <= data_size(layout);
}

static void find_context(struct vmcore *vmcore, uint64_t addr, void *data)
{
	struct logger *logger = data;
	struct found found = { .vmcore = vmcore, .logger = logger, .addr = addr };

	if (!read_context(vmcore, &found)) {
		warn("%s: a context of logger %s is not in it, or is damaged", vmcore->path,
		     logger->name);
		return;
	}
	if (!found.head)
		return;
	if (vmcore->nr == vmcore->room) {
		vmcore->room = 2 * vmcore->room + 64;
		vmcore->contexts = must(realloc(vmcore->contexts,
						vmcore->room * sizeof(found)));
	}
	vmcore->contexts[vmcore->nr++] = found;
}

static int by_address(const void *a, const void *b)
{
	const struct found *left = a, *right = b;

	return (left->addr > right->addr) - (left->addr < right->addr);
}

/* Where a list leads back into itself, some were found more than once. */
static void drop_twins(struct vmcore *vmcore)
{
	size_t i, kept = 0;

	if (!vmcore->nr)
		return;
	qsort(vmcore->contexts, vmcore->nr, sizeof(*vmcore->contexts), by_address);
	for (i = 1; i < vmcore->nr; i++)
		if (vmcore->contexts[i].addr != vmcore->contexts[kept].addr)
			vmcore->contexts[++kept] = vmcore->contexts[i];
	vmcore->nr = kept + 1;
}

static void find_contexts(struct vmcore *vmcore, uint64_t state, struct logger *logger)
{
	if (each_entry(vmcore, state + vmcore->layout.state_contexts, vmcore->layout.ctx_all,
		       CONTEXTS_MAX, find_context, logger))
		return;
	warn("%s: the list of contexts of logger %s is damaged: some are missing", vmcore->path,
	     logger->name);
	drop_twins(vmcore);
}

/* Fails if the context was emptied meanwhile, too: a living kernel goes on. */
static bool fetch(void *data, uint32_t offset, void *buf, size_t size)
{
	const struct context *context = data;
	const struct found *found = context->data;
	struct vmcore *vmcore = found->vmcore;
	uint32_t generation;

	return core_read(vmcore->core, found->addr + vmcore->layout.ctx_data + offset, buf,
			 size) &&
	       read_u32(vmcore, found->addr + vmcore->layout.ctx_generation, &generation) &&
	       generation == found->generation;
}

/* ---------------------------- statements ---------------------------- */

/* Their strings, one after another, and where each begins. */
struct strings {
	char	*text;
	size_t	size;
	size_t	room;
};

static size_t keep_string(struct strings *strings, char *text)
{
	size_t len = strlen(text) + 1, pos = strings->size;

	if (pos + len > strings->room) {
		strings->room = 2 * strings->room + 4096;
		strings->text = must(realloc(strings->text, strings->room));
	}
	memcpy(strings->text + pos, text, len);
	strings->size += len;
	free(text);

	return pos;
}

/* A statement whose strings are not there is left out: its number has to do. */
static bool read_site(struct vmcore *vmcore, uint64_t addr, struct strings *strings,
		      size_t *function, size_t *format)
{
	char *name = read_string_at(vmcore, addr + vmcore->layout.site_function,
				    FORMAT_MAX_SIZE);
	char *text = name ? read_string_at(vmcore, addr + vmcore->layout.site_format,
					   FORMAT_MAX_SIZE) : NULL;

	if (!text) {
		free(name);
		return false;
	}
	*function = keep_string(strings, name);
	*format = keep_string(strings, text);

	return true;
}

static void read_sites(struct vmcore *vmcore, uint64_t sites, uint32_t nr,
		       struct blog_catalogue *catalogue)
{
	struct strings strings = { 0 };
	size_t (*pos)[2] = must(calloc(nr + 1, sizeof(*pos))), i;
	uint64_t site;
	uint32_t id;

	catalogue->sites = must(calloc(nr + 1, sizeof(*catalogue->sites)));
	for (id = 1; id <= nr; id++) {
		i = catalogue->nr_sites;
		if (!read_long(vmcore, sites + (id - 1) * vmcore->layout.long_size, &site) ||
		    !read_site(vmcore, site, &strings, &pos[i][0], &pos[i][1]))
			continue;
		catalogue->sites[i].id = id;
		catalogue->nr_sites++;
	}
	catalogue->text = strings.text;
	for (i = 0; i < catalogue->nr_sites; i++) {
		catalogue->sites[i].func = strings.text + pos[i][0];
		catalogue->sites[i].fmt = strings.text + pos[i][1];
	}
	free(pos);
}

/* ---------------------------- loggers ---------------------------- */

static void find_statements(struct vmcore *vmcore, uint64_t state, struct logger *logger)
{
	const struct layout *layout = &vmcore->layout;
	uint64_t sites;
	uint32_t nr;

	if (!read_long(vmcore, state + layout->state_site_by_id, &sites) ||
	    !read_u32(vmcore, state + layout->state_nr_sites, &nr) || nr > SITES_MAX) {
		warn("%s: the list of statements of logger %s is damaged: they are shown by number",
		     vmcore->path, logger->name);
		return;
	}
	read_sites(vmcore, sites, nr, &logger->catalogue);
	if (logger->catalogue.nr_sites < nr)
		warn("%s lacks what %zu of %u statements of logger %s say: they are shown by number",
		     vmcore->path, nr - logger->catalogue.nr_sites, nr, logger->name);
}

static void add_logger(struct vmcore *vmcore, struct logger *logger)
{
	struct logger **end = &vmcore->loggers;

	while (*end)
		end = &(*end)->next;
	*end = logger;
}

static void find_logger(struct vmcore *vmcore, uint64_t state, void *data)
{
	const struct layout *layout = &vmcore->layout;
	struct logger *logger = must(calloc(1, sizeof(*logger)));
	uint64_t addr, module;
	char *name = NULL;

	(void)data;
	if (read_long(vmcore, state + layout->state_logger, &addr))
		name = read_string_at(vmcore, addr + layout->logger_name, NAME_MAX_SIZE);
	if (!name) {
		warn("%s: a logger is not in it, or is damaged: it is left out", vmcore->path);
		free(logger);
		return;
	}
	logger->name = name;
	logger->env = (struct bstr_env) {
		.long_size = layout->long_size,
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.wide_shorts = layout->short_size == 4,
		.symbol = symbols_print,
		.priv = vmcore->symbols,
	};
	add_logger(vmcore, logger);
	find_statements(vmcore, state, logger);
	find_contexts(vmcore, state, logger);
	if (read_long(vmcore, addr + layout->logger_owner, &module) && module)
		symbols_add_module(vmcore->symbols, module);
}

/* ---------------------------- the whole ---------------------------- */

static const char *check_layout(const struct layout *layout)
{
	if (layout->version == __builtin_bswap32(LAYOUT_VERSION))
		return "the kernel has another byte order: read it on such a machine";
	if (!layout->version || layout->version > 1000)
		return "what is to say where things are is damaged, or not in it";
	if (layout->version != LAYOUT_VERSION)
		return "the kernel has another format: install the blog-tools that belong to it";
	if (layout->size < offsetof(struct layout, kallsyms_strtab) + sizeof(uint16_t) ||
	    (layout->long_size != 4 && layout->long_size != 8) ||
	    (layout->short_size != 2 && layout->short_size != 4) ||
	    layout->ctx_size <= layout->ctx_data)
		return "what says where things are is damaged";

	return NULL;
}

static void read_layout(struct vmcore *vmcore)
{
	const char *wrong;
	uint64_t addr;

	if (!core_symbol(vmcore->core, "blog_layout", &addr))
		die("%s: this kernel, %s, has no BLOG, or one that is older than this command",
		    vmcore->path, core_release(vmcore->core));
	if (!core_read(vmcore->core, addr, &vmcore->layout, sizeof(vmcore->layout)))
		die("%s: what says where things are is not in it", vmcore->path);
	wrong = check_layout(&vmcore->layout);
	if (wrong)
		die("%s: %s", vmcore->path, wrong);
}

static void set_clock(struct vmcore *vmcore)
{
	size_t i;

	vmcore->clock = (struct clock) {
		.trace = vmcore->layout.trace,
		.boottime = vmcore->layout.boottime,
		.realtime = vmcore->layout.realtime,
	};
	if (vmcore->clock.trace)
		return;
	for (i = 0; i < vmcore->nr; i++)
		if (vmcore->contexts[i].last > vmcore->clock.trace)
			vmcore->clock.trace = vmcore->contexts[i].last;
	vmcore->clock.boottime = vmcore->clock.trace;
}

/**
 * vmcore_read - find loggers, their statements and their contexts
 * @core: the memory; it must outlive what is returned
 * @path: its file, for errors
 *
 * Ends the program if there are none.
 *
 * Return: what was found, to be freed with vmcore_free().
 */
struct vmcore *vmcore_read(struct core *core, const char *path)
{
	struct vmcore *vmcore = must(calloc(1, sizeof(*vmcore)));

	vmcore->core = core;
	vmcore->path = path;
	read_layout(vmcore);
	vmcore->symbols = symbols_new(core, &vmcore->layout);
	if (!each_entry(vmcore, vmcore->layout.loggers, vmcore->layout.state_list, LOGGERS_MAX,
			find_logger, NULL))
		warn("%s: the list of loggers is damaged: some may be missing", path);
	set_clock(vmcore);

	return vmcore;
}

/**
 * vmcore_loggers - the loggers
 * @vmcore: what was found
 *
 * Return: a list.
 */
struct logger *vmcore_loggers(struct vmcore *vmcore)
{
	return vmcore->loggers;
}

/**
 * vmcore_contexts - the contexts
 * @vmcore: what was found
 * @logger: of this logger alone; NULL: of all
 * @contexts: takes them
 */
void vmcore_contexts(struct vmcore *vmcore, const char *logger, struct contexts *contexts)
{
	bool is_live = core_is_live(vmcore->core);
	size_t i;

	contexts->fetch = fetch;
	for (i = 0; i < vmcore->nr; i++) {
		const struct found *found = &vmcore->contexts[i];
		struct context context = {
			.logger = found->logger, .data = found, .size = found->head,
			.cleared = found->cleared,
		};

		if (logger && strcmp(logger, found->logger->name))
			continue;
		/* A living kernel goes on with the record. */
		if (found->state == LAYOUT_CTX_ACTIVE && found->records && !is_live)
			context.last = found->last;
		contexts_add(contexts, &context);
	}
}

/**
 * vmcore_clock - when the kernel died
 * @vmcore: what was found
 *
 * Return: the clocks then; if it did not, those at its last message, of which
 * the wall clock is not known.
 */
const struct clock *vmcore_clock(const struct vmcore *vmcore)
{
	return &vmcore->clock;
}

static char state_letter(uint32_t state)
{
	if (state & LAYOUT_TASK_BLOCKED)
		return state & LAYOUT_TASK_IDLE ? 'I' : 'D';

	return state & LAYOUT_TASK_SLEEPS ? 'S' : 'R';
}

/* One that works for several loggers has a context of each. */
struct owner {
	struct task	task;
	uint64_t	last;
};

/* Of the same task, the one that knows its present name comes first. */
static int by_pid(const void *a, const void *b)
{
	const struct owner *left = a, *right = b;

	if (left->task.pid != right->task.pid)
		return left->task.pid < right->task.pid ? -1 : 1;

	return (left->last < right->last) - (left->last > right->last);
}

static bool read_owner(struct vmcore *vmcore, const struct found *found, struct owner *owner)
{
	const struct layout *layout = &vmcore->layout;
	struct task *task = &owner->task;
	struct record_owner record;
	uint64_t pointer;
	uint32_t state;

	*owner = (struct owner) { .last = found->last };
	if (found->state != LAYOUT_CTX_ACTIVE ||
	    !read_long(vmcore, found->addr + layout->ctx_task, &pointer) || !pointer ||
	    !core_read(vmcore->core, found->addr + layout->ctx_owner, &record,
		       sizeof(record)) ||
	    !read_u32(vmcore, pointer + layout->task_state, &state))
		return false;
	task->pid = record.pid;
	task->tgid = record.tgid;
	memcpy(task->name, record.comm, sizeof(record.comm));
	task->state = state_letter(state);
	task->is_waiting = task->state == 'D' || task->state == 'S';

	return true;
}

/**
 * vmcore_tasks - the tasks that have contexts
 * @vmcore: what was found
 * @tasks: takes them, each once; those that sleep are marked as waiting
 */
void vmcore_tasks(struct vmcore *vmcore, struct task_list *tasks)
{
	struct owner *owners = must(calloc(vmcore->nr + 1, sizeof(*owners)));
	size_t nr = 0, i;

	for (i = 0; i < vmcore->nr; i++)
		if (read_owner(vmcore, &vmcore->contexts[i], &owners[nr]))
			nr++;
	qsort(owners, nr, sizeof(*owners), by_pid);
	for (i = 0; i < nr; i++)
		if (!i || owners[i].task.pid != owners[i - 1].task.pid)
			tasks_add(tasks, &owners[i].task);
	tasks_sort(tasks);
	free(owners);
}

/**
 * vmcore_free - free what vmcore_read() returned
 * @vmcore: what was found
 */
void vmcore_free(struct vmcore *vmcore)
{
	while (vmcore->loggers) {
		struct logger *next = vmcore->loggers->next;

		blog_catalogue_free(&vmcore->loggers->catalogue);
		free((char *)vmcore->loggers->name);
		free(vmcore->loggers);
		vmcore->loggers = next;
	}
	symbols_free(vmcore->symbols);
	free(vmcore->contexts);
	free(vmcore);
}
