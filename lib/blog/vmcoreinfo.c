// SPDX-License-Identifier: GPL-2.0
/*
 * Always-on binary logging: what a reader of a memory dump has to know.
 *
 * All that contexts hold is in a dump, with the formats of the statements. VMCOREINFO
 * says where blog_layout is, and that says the rest: so the page that VMCOREINFO shares
 * with others has one line of ours.
 */
#include <linux/blog/vmcoreinfo.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/panic_notifier.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <linux/vmcore_info.h>

#include "logger.h"
#include "site.h"

static struct blog_layout blog_layout = {
	.version = BLOG_LAYOUT_VERSION,
	.size = sizeof(struct blog_layout),
	.long_size = sizeof(long),
	.ctx_size = offsetof(struct blog_ctx, data) + BLOG_DATA_SIZE,
	.logger_name = offsetof(struct blog_logger, name),
	.logger_owner = offsetof(struct blog_logger, owner),
	.state_list = offsetof(struct blog_state, list),
	.state_logger = offsetof(struct blog_state, logger),
	.state_contexts = offsetof(struct blog_state, contexts),
	.state_site_by_id = offsetof(struct blog_state, site_by_id),
	.state_nr_sites = offsetof(struct blog_state, nr_sites),
	.site_format = offsetof(struct blog_site, format),
	.site_function = offsetof(struct blog_site, function),
	.ctx_all = offsetof(struct blog_ctx, all),
	.ctx_state = offsetof(struct blog_ctx, state),
	.ctx_task = offsetof(struct blog_ctx, task),
	.ctx_generation = offsetof(struct blog_ctx, generation),
	.ctx_cleared = offsetof(struct blog_ctx, cleared),
	.ctx_records = offsetof(struct blog_ctx, records),
	.ctx_last = offsetof(struct blog_ctx, last),
	.ctx_head = offsetof(struct blog_ctx, head),
	.ctx_owner = offsetof(struct blog_ctx, owner),
	.ctx_data = offsetof(struct blog_ctx, data),
	.task_state = offsetof(struct task_struct, __state),
#ifdef CONFIG_MODULES
	.module_kallsyms = offsetof(struct module, kallsyms),
	.kallsyms_symtab = offsetof(struct mod_kallsyms, symtab),
	.kallsyms_num_symtab = offsetof(struct mod_kallsyms, num_symtab),
	.kallsyms_strtab = offsetof(struct mod_kallsyms, strtab),
#endif
};

static_assert(sizeof(struct blog_owner) == 32);
static_assert(sizeof_field(struct blog_ctx, state) == sizeof(u32));
static_assert(sizeof_field(struct task_struct, __state) == sizeof(u32));

/**
 * blog_vmcoreinfo_stamp() - note the time, for the kernel dies
 *
 * Context: Any context, also NMI.
 */
void blog_vmcoreinfo_stamp(void)
{
	/* With crash_kexec_post_notifiers a panic comes here twice, the second time late. */
	if (blog_layout.trace)
		return;
	/* As in write.c; preemption is disabled where a kernel dies. */
	blog_layout.trace = sched_clock();
	blog_layout.boottime = ktime_get_boot_fast_ns();
	blog_layout.realtime = ktime_get_real_fast_ns();
}

static int stamp_panic(struct notifier_block *block, unsigned long event, void *data)
{
	blog_vmcoreinfo_stamp();

	return NOTIFY_DONE;
}

/* Before those that take their time. */
static struct notifier_block panic_block = {
	.notifier_call = stamp_panic,
	.priority = INT_MAX,
};

/**
 * blog_vmcoreinfo_setup() - add to VMCOREINFO where contexts are
 *
 * Context: Once, at boot, while VMCOREINFO is made.
 */
void __init blog_vmcoreinfo_setup(void)
{
	blog_layout.loggers = (unsigned long)&blog_loggers;
	blog_layout.short_size = blog_short_size();
	VMCOREINFO_SYMBOL(blog_layout);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
}
