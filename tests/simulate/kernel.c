// SPDX-License-Identifier: GPL-2.0
/*
 * What lib/blog needs of the kernel, as far as it is more than a line: see kernel.h.
 */
#include "logger.h"
#include "simulate.h"

/* From one that asks for a worker until it runs. */
#define WORKER_DELAY	(100 * NSEC_PER_USEC)

unsigned int sim_nr_cpus;
unsigned int sim_cpu;
u64 sim_memory;
u64 sim_now;
bool sim_recalls = true;
struct task_struct *sim_current;

static void *zalloc_aligned(size_t size, size_t alignment)
{
	void *p = aligned_alloc(alignment, ALIGN(size, alignment));

	if (!p) {
		fprintf(stderr, "simulate: out of memory\n");
		exit(1);
	}

	return memset(p, 0, size);
}

void *sim_zalloc(size_t size)
{
	return zalloc_aligned(size, 64);
}

/* A context: in place of its data is what the simulation notes of it. */
void *kmalloc(size_t size, gfp_t flags)
{
	(void)size;
	(void)flags;
	return zalloc_aligned(BLOG_CTX_COLOURS + sizeof(struct blog_ctx) + sizeof(struct notes),
			      BLOG_CTX_COLOURS);
}

u64 memparse(const char *text, char **end)
{
	return strtoull(text, end, 0);
}

void irq_work_queue_on(struct irq_work *work, int cpu)
{
	unsigned int here = sim_cpu;

	if (!sim_recalls)
		return;
	sim_cpu = cpu;
	work->func(work);
	sim_cpu = here;
}

struct workqueue_struct *alloc_workqueue(const char *name, int flags, int max)
{
	static struct workqueue_struct wq;

	(void)name;
	(void)flags;
	(void)max;
	return &wq;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay)
{
	(void)wq;
	work->due = sim_now + WORKER_DELAY + delay * (NSEC_PER_SEC / HZ);
	return true;
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay)
{
	return work->due == SIM_NEVER && mod_delayed_work(wq, work, delay);
}

/* Do it now if it is to be done. */
void flush_delayed_work(struct delayed_work *work)
{
	if (work->due == SIM_NEVER)
		return;
	work->due = SIM_NEVER;
	work->work.func(&work->work);
}
