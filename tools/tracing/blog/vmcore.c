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
#include "vmcore_site.h"
#include "vmcore_symbol.h"

/* More of all there are not; what has more is damaged. */
#define LOGGERS_MAX	1000
#define CONTEXTS_MAX	(1U << 21)
#define SITES_MAX	0xffff
#define NAME_MAX_SIZE	64

/**
 * struct found - a context that was found
 * @vmcore: where
 * @logger: whose it is
 * @addr: its address
 * @is_doubtful: the list that has it is damaged: it may be another logger's
 * @state: enum blog_ctx_state; @generation, @cleared, @records, @head, @last: as it says
 */
struct found {
	struct vmcore	*vmcore;
	struct logger	*logger;
	uint64_t	addr;
	bool		is_doubtful;
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
 * @loggers: that were found; @states: where, so many of @nr_states
 * @contexts: of theirs, so many of @nr; with @room for more
 * @nr_damaged: so many of the logger that is looked at could not be read
 * @contexts_left, @sites_left: what may still come
 * @symbols: of their modules
 * @clock: when the kernel died, or at the last message
 */
struct vmcore {
	struct core		*core;
	const char		*path;
	struct layout		layout;
	struct logger		*loggers;
	uint64_t		states[LOGGERS_MAX];
	size_t			nr_states;
	struct found		*contexts;
	size_t			nr;
	size_t			room;
	size_t			nr_damaged;
	size_t			contexts_left;
	struct sites_left	sites_left;
	struct symbols		*symbols;
	struct clock		clock;
};

/* ---------------------------- memory ---------------------------- */

static bool read_u32(struct vmcore *vmcore, uint64_t addr, uint32_t *value)
{
	return core_read_u32(vmcore->core, addr, value);
}

static bool read_long(struct vmcore *vmcore, uint64_t addr, uint64_t *value)
{
	return core_read_long(vmcore->core, vmcore->layout.long_size, addr, value);
}

/* ---------------------------- lists ---------------------------- */

/* Called for each entry. */
typedef void (*entry_fn)(struct vmcore *vmcore, uint64_t entry, void *data);

/*
 * Walk through a list; false if it is damaged, or has more entries than are @left. It may
 * lead back into itself: then it comes to one that is remembered, sooner or later, and
 * some are found twice.
 */
static bool each_entry(struct vmcore *vmcore, uint64_t head, uint16_t offset, size_t *left,
		       entry_fn look, void *data)
{
	uint64_t pos, remembered = head;
	size_t nr = 0, next = 1;

	for (pos = head; read_long(vmcore, pos, &pos); look(vmcore, pos - offset, data)) {
		if (pos == head)
			return true;
		if (pos == remembered || !*left)
			return false;
		--*left;
		if (++nr == next) {
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
		vmcore->nr_damaged++;
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

	if (left->addr == right->addr)
		return left->is_doubtful - right->is_doubtful;

	return left->addr < right->addr ? -1 : 1;
}

/*
 * Where a list is damaged, contexts may be found more than once, and what is none between
 * them. No two lie in the same place: of those that do, one of a whole list is right.
 */
static void drop_twins(struct vmcore *vmcore)
{
	struct found *contexts = vmcore->contexts;
	size_t i, kept = 0;

	if (!vmcore->nr)
		return;
	qsort(contexts, vmcore->nr, sizeof(*contexts), by_address);
	for (i = 1; i < vmcore->nr; i++) {
		if (contexts[i].addr - contexts[kept].addr >= vmcore->layout.ctx_size)
			contexts[++kept] = contexts[i];
		else if (contexts[kept].is_doubtful && !contexts[i].is_doubtful)
			contexts[kept] = contexts[i];
	}
	vmcore->nr = kept + 1;
}

static void find_contexts(struct vmcore *vmcore, uint64_t state, struct logger *logger)
{
	size_t i = vmcore->nr;

	vmcore->nr_damaged = 0;
	if (!each_entry(vmcore, state + vmcore->layout.state_contexts, vmcore->layout.ctx_all,
			&vmcore->contexts_left, find_context, logger)) {
		warn("%s: the list of contexts of logger %s is damaged: some are missing",
		     vmcore->path, logger->name);
		for (; i < vmcore->nr; i++)
			vmcore->contexts[i].is_doubtful = true;
	}
	if (vmcore->nr_damaged)
		warn("%s: %zu of the contexts of logger %s are not in it, or are damaged",
		     vmcore->path, vmcore->nr_damaged, logger->name);
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
	sites_read(vmcore->core, layout, sites, nr, &vmcore->sites_left, &logger->catalogue);
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

/* Where the list of loggers leads back into itself, they are found more than once. */
static bool is_known(struct vmcore *vmcore, uint64_t state)
{
	size_t i;

	for (i = 0; i < vmcore->nr_states; i++)
		if (vmcore->states[i] == state)
			return true;
	vmcore->states[vmcore->nr_states++] = state;

	return false;
}

static struct logger *make_logger(struct vmcore *vmcore, const char *name)
{
	const struct layout *layout = &vmcore->layout;
	struct logger *logger = must(calloc(1, sizeof(*logger)));

	logger->name = must(strdup(name));
	logger->env = (struct bstr_env) {
		.long_size = layout->long_size,
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.wide_shorts = layout->short_size == 4,
		.symbol = symbols_print,
		.priv = vmcore->symbols,
	};

	return logger;
}

static void find_logger(struct vmcore *vmcore, uint64_t state, void *data)
{
	const struct layout *layout = &vmcore->layout;
	uint64_t addr, string, module;
	char name[NAME_MAX_SIZE];
	struct logger *logger;

	(void)data;
	if (is_known(vmcore, state))
		return;
	if (!read_long(vmcore, state + layout->state_logger, &addr) ||
	    !read_long(vmcore, addr + layout->logger_name, &string) ||
	    !core_read_string(vmcore->core, string, name, sizeof(name))) {
		warn("%s: a logger is not in it, or is damaged: it is left out", vmcore->path);
		return;
	}
	logger = make_logger(vmcore, name);
	add_logger(vmcore, logger);
	find_statements(vmcore, state, logger);
	find_contexts(vmcore, state, logger);
	if (read_long(vmcore, addr + layout->logger_owner, &module) && module)
		symbols_add_module(vmcore->symbols, module);
}

/* ---------------------------- the whole ---------------------------- */

static void read_layout(struct vmcore *vmcore)
{
	const char *wrong;
	uint64_t addr;

	if (!core_symbol(vmcore->core, "blog_layout", &addr))
		die("%s: this kernel, %s, has no BLOG, or one that is older than this command",
		    vmcore->path, core_release(vmcore->core));
	if (!core_read(vmcore->core, addr, &vmcore->layout, sizeof(vmcore->layout)))
		die("%s: what says where things are is not in it", vmcore->path);
	wrong = layout_problem(&vmcore->layout);
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
	size_t loggers_left = LOGGERS_MAX;

	vmcore->core = core;
	vmcore->path = path;
	vmcore->contexts_left = CONTEXTS_MAX;
	vmcore->sites_left = SITES_LEFT;
	read_layout(vmcore);
	vmcore->symbols = symbols_new(core, &vmcore->layout);
	if (!each_entry(vmcore, vmcore->layout.loggers, vmcore->layout.state_list,
			&loggers_left, find_logger, NULL))
		warn("%s: the list of loggers is damaged: some may be missing", path);
	drop_twins(vmcore);
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
