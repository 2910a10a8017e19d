// SPDX-License-Identifier: GPL-2.0
/*
 * What BLOG means for a server: how much memory it takes, how far back its history
 * reaches, whether messages are dropped, on machines that nobody has at hand.
 *
 *	simulate [--no-recall] [--seconds N]
 *
 * prints a table of three machines (report.c), as they are N (120) simulated seconds
 * after their boot.
 *
 * Real is what decides about contexts: lib/blog/{batch,context,recall,refill,budget}.c,
 * compiled as they are. The machine is simulated: its CPUs, its tasks, its clock, and
 * that the refill worker runs 100 us after it was asked for. write.c is a model: contexts
 * have no data, only their head advances.
 *
 * A tenth of the messages is of softirqs, alike on each CPU. Of the tasks,
 *   - 5 % are busy and say 70 % of all: runs of 2,000 messages on average, with one
 *     every 20 us, and pauses between, such that the rate is right;
 *   - 20 % are workers and say 20 %: bursts of 20 on average, one every 5 us, and
 *     pauses of some 100 ms;
 *   - 75 % are quiet and say ten things: half of them once for ever, at any time, the
 *     others every 30 seconds on average.
 * A task runs on the same CPU in four of five times, else on any. Lengths and pauses are
 * distributed exponentially. Tasks of one CPU do not wait for each other, they take
 * turns; none ends, for who sleeps is worse for others. Nobody reads.
 *
 * All is the same each time, for the numbers that are drawn are.
 */
#include <getopt.h>
#include <math.h>

#include "budget.h"
#include "logger.h"
#include "refill.h"
#include "simulate.h"

#define SLICE		32U	/* so many messages are written at once */
#define WORDS		10	/* that a quiet task says */
#define RARE_SECONDS	30
#define IRQ_SHARE	0.1
#define IRQ_BURST	4

/* What the tasks of a kind do. */
struct habit {
	double tasks;		/* share of the tasks */
	double messages;	/* share of the messages */
	double run;		/* messages, on average */
	double gap;		/* seconds from one to the next */
};

static const struct habit habits[NR_KINDS] = {
	[BUSY]   = { .tasks = 0.05,  .messages = 0.7, .run = 2000, .gap = 20e-6 },
	[WORKER] = { .tasks = 0.2,   .messages = 0.2, .run = 20,   .gap = 5e-6 },
	[RARE]   = { .tasks = 0.375 },
	[ONCE]   = { .tasks = 0.375 },
};

static const struct machine machines[] = {
	{ "laptop",	 2,   4ULL << 30,   300,   50e3 },
	{ "server",	32, 128ULL << 30,  2000,  500e3 },
	{ "big server", 256,  2ULL << 40, 10000, 2000e3 },
};

static unsigned int sim_seconds = 120;

/* ---------------------------- chance ---------------------------- */

static u64 random_state;

/* Return: a number from 0 to 1, but neither of these. (xorshift64*) */
double sim_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;

	return ((random_state * 0x2545f4914f6cdd1dULL >> 12) + 0.5) / (1ULL << 52);
}

static double exponential(double mean)
{
	return -mean * log(sim_random());
}

static unsigned int random_cpu(void)
{
	return sim_random() * sim_nr_cpus;
}

static u64 nanoseconds(double seconds)
{
	return seconds * NSEC_PER_SEC;
}

/* ---------------------------- events ---------------------------- */

/* Who does something next: a task, or, beyond those, the interrupts of a CPU. */
struct event {
	u64 time;
	unsigned int who;
};

/* A heap: the first one is at [0], what comes after [i] at [2 * i + 1] and [2 * i + 2]. */
static struct event *events;
static unsigned int nr_events;

static bool is_before(unsigned int a, unsigned int b)
{
	return events[a].time < events[b].time;
}

static void swap_events(unsigned int a, unsigned int b)
{
	struct event event = events[a];

	events[a] = events[b];
	events[b] = event;
}

static void sift_down(void)
{
	unsigned int i = 0, child;

	for (; (child = 2 * i + 1) < nr_events; i = child) {
		if (child + 1 < nr_events && is_before(child + 1, child))
			child++;
		if (!is_before(child, i))
			return;
		swap_events(child, i);
	}
}

static void add_event(u64 time, unsigned int who)
{
	unsigned int i = nr_events++;

	events[i] = (struct event){ .time = time, .who = who };
	for (; i && is_before(i, (i - 1) / 2); i = (i - 1) / 2)
		swap_events(i, (i - 1) / 2);
}

/* The first one is over. */
static void next_event(u64 time)
{
	events[0].time = time;
	sift_down();
}

/* ---------------------------- tasks ---------------------------- */

static const struct machine *machine;
static struct blog_logger logger;
static struct actor *actors;
static struct actor **on_cpu;		/* who ran last on each */

struct task_struct *sim_find_task(pid_t pid)
{
	return pid ? &actors[pid - 1].task : NULL;
}

bool task_curr(const struct task_struct *task)
{
	const struct actor *actor = container_of(task, struct actor, task);

	return actor->left && on_cpu[actor->cpu] == actor;
}

/* @task has just said something in @ctx. */
void note_stretch(struct task_struct *task, const struct blog_ctx *ctx)
{
	struct actor *actor = container_of(task, struct actor, task);
	struct stretch *last = actor->stretches + actor->nr - 1;

	if (actor->nr > actor->words && last->ctx == ctx && last->generation == ctx->generation)
		return;
	if (actor->nr == actor->room) {
		actor->room = 2 * actor->room ?: 4;
		actor->stretches = realloc(actor->stretches,
					   actor->room * sizeof(*actor->stretches));
	}
	actor->stretches[actor->nr++] = (struct stretch){
		.ctx = ctx, .generation = ctx->generation, .from = sim_now,
	};
}

static bool is_quiet(const struct actor *actor)
{
	return actor->kind == RARE || actor->kind == ONCE;
}

/* Seconds from the begin of a run to that of the next. */
static double cycle_of(const struct actor *actor)
{
	const struct habit *habit = &habits[actor->kind];

	return habit->run * habit->tasks * machine->tasks / (habit->messages * machine->rate);
}

/* Seconds from the end of a run to the next. */
static double pause_of(const struct actor *actor)
{
	const struct habit *habit = &habits[actor->kind];

	switch (actor->kind) {
	case ONCE:
		return 2 * sim_seconds;
	case RARE:
		return exponential(RARE_SECONDS);
	default:
		return exponential(cycle_of(actor) - habit->run * habit->gap);
	}
}

static double first_pause_of(const struct actor *actor)
{
	switch (actor->kind) {
	case ONCE:
		return sim_random() * sim_seconds;
	case RARE:
		return exponential(RARE_SECONDS);
	default:
		return sim_random() * cycle_of(actor);
	}
}

static void begin_run(struct actor *actor)
{
	if (is_quiet(actor)) {
		actor->left = WORDS;
		actor->words = actor->nr;
	} else {
		actor->left = 1 + exponential(habits[actor->kind].run - 1);
	}
	actor->cpu = sim_random() < 0.8 ? actor->home : random_cpu();
}

/* Return: when it does something again. */
static u64 act(struct actor *actor)
{
	unsigned int nr;

	if (!actor->left)
		begin_run(actor);
	sim_cpu = actor->cpu;
	on_cpu[sim_cpu] = actor;
	sim_current = &actor->task;
	nr = min(actor->left, SLICE);
	write_messages(&logger, 0, nr);
	actor->left -= nr;

	return sim_now + nanoseconds(nr * habits[actor->kind].gap) +
	       (actor->left ? 0 : nanoseconds(pause_of(actor)));
}

static u64 interrupt(unsigned int cpu)
{
	static struct task_struct idle;

	sim_cpu = cpu;
	sim_current = on_cpu[cpu] ? &on_cpu[cpu]->task : &idle;
	write_messages(&logger, 1, 1 + exponential(IRQ_BURST - 0.5));

	return sim_now + nanoseconds(exponential(IRQ_BURST * sim_nr_cpus /
						 (IRQ_SHARE * machine->rate)));
}

static void run_worker(struct blog_state *state)
{
	sim_now = state->refill.due;
	sim_cpu = random_cpu();
	flush_delayed_work(&state->refill);
}

/* ---------------------------- a machine ---------------------------- */

static enum kind kind_of(unsigned int nr)
{
	unsigned int kind = 0;
	double end = habits[0].tasks;

	while (kind < NR_KINDS - 1 && nr >= end * machine->tasks)
		end += habits[++kind].tasks;

	return kind;
}

static void add_actors(void)
{
	unsigned int i;

	actors = sim_zalloc(machine->tasks * sizeof(*actors));
	on_cpu = sim_zalloc(sim_nr_cpus * sizeof(*on_cpu));
	events = sim_zalloc((machine->tasks + sim_nr_cpus) * sizeof(*events));
	nr_events = 0;
	for (i = 0; i < machine->tasks; i++) {
		actors[i].task.pid = actors[i].task.tgid = i + 1;
		actors[i].kind = kind_of(i);
		actors[i].home = random_cpu();
		add_event(nanoseconds(first_pause_of(&actors[i])), i);
	}
	for (i = 0; i < sim_nr_cpus; i++)
		add_event(nanoseconds(sim_random() / 100), machine->tasks + i);
}

static void free_actors(void)
{
	unsigned int i;

	for (i = 0; i < machine->tasks; i++)
		free(actors[i].stretches);
	free(actors);
	free(on_cpu);
	free(events);
}

static void run_for(struct blog_state *state, u64 end)
{
	unsigned int who;

	for (;;) {
		if (state->refill.due <= events[0].time)
			run_worker(state);
		sim_now = events[0].time;
		if (sim_now >= end)
			break;
		who = events[0].who;
		next_event(who < machine->tasks ? act(&actors[who]) :
						  interrupt(who - machine->tasks));
	}
	sim_now = end;
}

static void simulate(const struct machine *which, struct result *result)
{
	struct blog_state state = { .logger = &logger };

	machine = which;
	sim_now = 0;
	sim_nr_cpus = machine->cpus;
	sim_memory = machine->memory;
	random_state = 88172645463325252ULL;
	counts = (struct counts){};
	logger = (struct blog_logger){ .name = machine->name, .state = &state };
	add_actors();
	if (blog_contexts_init(&state, blog_budget_default(machine->name)))
		exit(1);
	blog_contexts_refill(&state);

	run_for(&state, nanoseconds(sim_seconds));

	look_back(result, &state, actors, machine->tasks);
	blog_contexts_destroy(&state);
	free_actors();
}

static int usage(void)
{
	fprintf(stderr, "usage: simulate [--no-recall] [--seconds N]\n");
	return 2;
}

int call_blog_refill_init(void);

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "no-recall", no_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{}
	};
	struct result results[ARRAY_SIZE(machines)] = {};
	unsigned int i;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'r')
			sim_recalls = false;
		else if (option == 's' && atoi(optarg) > 0)
			sim_seconds = atoi(optarg);
		else
			return usage();
	}
	if (optind < argc)
		return usage();
	if (call_blog_refill_init())
		return 1;

	for (i = 0; i < ARRAY_SIZE(machines); i++)
		simulate(&machines[i], &results[i]);
	print_results(machines, results, ARRAY_SIZE(machines));
	return 0;
}
