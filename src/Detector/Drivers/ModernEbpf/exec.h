/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* execve and execveat. A call that worked is told when the new program stands (the old arguments are gone by then, and
 * the kernel itself calls it execve); one that failed at its exit, from its arguments. */
#pragma once
#include "overlay.h"
#include "path.h"
#include "process.h"

#define MAX_POINTERS 64
#define CAP_DAC_OVERRIDE 1
#define CAP_FOWNER 3
#define S_IMMUTABLE 8

#define EXE_WRITABLE 1
#define EXE_UPPER_LAYER 2
#define EXE_FROM_MEMFD 4
#define EXE_LOWER_LAYER 8

/* Texts behind an array of pointers, from `from` on. */
LOOP long write_pointed_texts(__u64 array, __u32 from, __u32 position)
{
	struct scratch *scratch = this_scratch(hook_sys_exit);
	__u64 used = 0;

	if (!scratch || !array)
		return 0;
	for (int i = 0; i < MAX_POINTERS; i++) {
		__u64 pointer = user_pointer(&scratch->call, array, from + i);
		long length;

		if (!pointer)
			return used;
		length = bpf_probe_read_user_str(&scratch->data[INSIDE(position + used)], MAX_TEXT, (void *)pointer);
		if (length <= 0) {
			COUNT(unreadable);
			return used;
		}
		used += length;
		if (used >= MAX_TEXT) {
			used = MAX_TEXT;
			scratch->data[INSIDE(position + MAX_TEXT - 1)] = 0;
			break;
		}
	}
	COUNT(truncated);
	return used;
}

/* The device number of the controlling terminal, as stat(2) packs it; 0 for none. */
static __always_inline __u32 terminal(struct task_struct *task)
{
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
	__u32 minor;

	if (!tty)
		return 0;
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	return (minor & 0xff) | (BPF_CORE_READ(tty, driver, major) << 8) | ((minor & ~0xff) << 12);
}

/* Whether a user namespace knows the id. Long maps lie elsewhere; they are taken to hold it. */
LOOP int is_mapped(__u64 of_map, __u32 id)
{
	struct uid_gid_map *map = (struct uid_gid_map *)of_map;
	__u32 extents = BPF_CORE_READ(map, nr_extents);

	if (extents > 5)
		return 1;
	for (int i = 0; i < 5; i++) {
		struct uid_gid_extent *extent = MEMBER_AT(struct uid_gid_extent, &map->extent, i);

		if (i >= extents)
			break;
		if (id - BPF_CORE_READ(extent, lower_first) < BPF_CORE_READ(extent, count))
			return 1;
	}
	return 0;
}

LOOP int in_group(__u64 of_cred, __u32 gid)
{
	const struct cred *cred = (const struct cred *)of_cred;
	struct group_info *groups = BPF_CORE_READ(cred, group_info);
	int count = BPF_CORE_READ(groups, ngroups);

	if (BPF_CORE_READ(cred, fsgid.val) == gid)
		return 1;
	for (int i = 0; i < 32; i++) {
		__u32 group = 0;

		if (i >= count)
			break;
		READ_KERNEL(group, MEMBER_AT(kgid_t, &groups->gid, i));
		if (group == gid)
			return 1;
	}
	return 0;
}

static __always_inline __u64 capabilities(const void *set)
{
	__u64 bits = 0;

	READ_KERNEL(bits, set);
	return bits;
}

/* Whether the process could write the file that it runs: by the mode, or by capabilities over the file's owner. */
LOOP int may_write(__u64 of_cred, __u64 of_inode)
{
	const struct cred *cred = (const struct cred *)of_cred;
	struct inode *inode = (struct inode *)of_inode;
	__u16 mode = BPF_CORE_READ(inode, i_mode);
	__u32 uid = BPF_CORE_READ(inode, i_uid.val), gid = BPF_CORE_READ(inode, i_gid.val);
	__u64 effective = capabilities(&cred->cap_effective);
	struct user_namespace *users = BPF_CORE_READ(cred, user_ns);

	if (BPF_CORE_READ(inode, i_flags) & S_IMMUTABLE)
		return 0;
	if (effective & ((1ull << CAP_DAC_OVERRIDE) | (1ull << CAP_FOWNER)))
		if (BPF_CORE_READ(users, level) == 0 ||
		    (is_mapped((__u64)&users->uid_map, uid) && is_mapped((__u64)&users->gid_map, gid)))
			return 1;
	if (BPF_CORE_READ(cred, fsuid.val) == uid)
		return !!(mode & 0200);
	if (in_group((__u64)cred, gid))
		return !!(mode & 0020);
	return !!(mode & 0002);
}

static __always_inline bool is_memfd(struct file *file)
{
	char name[6] = {};
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);

	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return dentry == BPF_CORE_READ(dentry, d_parent) && name[0] == 'm' && name[1] == 'e' && name[2] == 'm' &&
	       name[3] == 'f' && name[4] == 'd' && name[5] == ':';
}

static __always_inline __u64 change_time(struct inode *inode)
{
	struct inode___timespec *early = (void *)inode;
	struct inode___underscore *middle = (void *)inode;

	/* The upper bit says that somebody asked for the time (I_CTIME_QUERIED, 6.13 and later). */
	if (bpf_core_field_exists(inode->i_ctime_sec))
		return BPF_CORE_READ(inode, i_ctime_sec) * 1000000000ull + (BPF_CORE_READ(inode, i_ctime_nsec) & 0x7fffffff);
	if (bpf_core_field_exists(early->i_ctime))
		return BPF_CORE_READ(early, i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(early, i_ctime.tv_nsec);
	return BPF_CORE_READ(middle, __i_ctime.tv_sec) * 1000000000ull + BPF_CORE_READ(middle, __i_ctime.tv_nsec);
}

static __always_inline __u64 modification_time(struct inode *inode)
{
	struct inode___timespec *early = (void *)inode;
	struct inode___underscores *middle = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return BPF_CORE_READ(inode, i_mtime_sec) * 1000000000ull + BPF_CORE_READ(inode, i_mtime_nsec);
	if (bpf_core_field_exists(early->i_mtime))
		return BPF_CORE_READ(early, i_mtime.tv_sec) * 1000000000ull + BPF_CORE_READ(early, i_mtime.tv_nsec);
	return BPF_CORE_READ(middle, __i_mtime.tv_sec) * 1000000000ull + BPF_CORE_READ(middle, __i_mtime.tv_nsec);
}

static __always_inline __u32 executable_flags(struct file *file, struct inode *inode, const struct cred *cred)
{
	enum layer layer = layer_of(inode);
	__u32 flags = 0;

	if (may_write((__u64)cred, (__u64)inode))
		flags |= EXE_WRITABLE;
	if (layer == LAYER_UPPER)
		flags |= EXE_UPPER_LAYER;
	if (layer == LAYER_LOWER)
		flags |= EXE_LOWER_LAYER;
	if (is_memfd(file))
		flags |= EXE_FROM_MEMFD;
	return flags;
}

/* tty to gid. */
static __always_inline void put_exec_task(struct event *event, struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct pid *group = group_pid(task, PIDTYPE_PGID);
	__u32 login = -1;

	if (bpf_core_field_exists(task->loginuid))
		login = BPF_CORE_READ(task, loginuid.val);
	put_u32(event, terminal(task));
	put_s64(event, number_at(group, own_level(task)));
	put_u32(event, login);
	put_u32(event, executable_flags(file, inode, cred));
	put_u64(event, capabilities(&cred->cap_inheritable));
	put_u64(event, capabilities(&cred->cap_permitted));
	put_u64(event, capabilities(&cred->cap_effective));
	put_u64(event, BPF_CORE_READ(inode, i_ino));
	put_u64(event, change_time(inode));
	put_u64(event, modification_time(inode));
	put_u32(event, BPF_CORE_READ(cred, euid.val));
	put_path(event, file);
	put_s64(event, number_at(group, 0));
	put_u32(event, BPF_CORE_READ(cred, egid.val));
}

static __always_inline void fill_exec_done(struct event *event, const char *filename)
{
	struct task_struct *task = current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	put_s64(event, 0);
	put_own_arguments(event, mm);
	put_task(event, task);
	put_user_texts(event, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
	put_exec_task(event, task);
	put_kernel_text(event, filename);
}

static __always_inline void put_failed_exec(struct event *event, const struct call *call, __u64 argv, __u64 envp)
{
	struct task_struct *task = current_task();

	put_s64(event, call->result);
	put_user_text(event, argv ? user_pointer(call, argv, 0) : 0);
	put_written(event, write_pointed_texts(argv, 1, event->position));
	put_task(event, task);
	put_written(event, write_pointed_texts(envp, 0, event->position));
	put_exec_task(event, task);
}

static __always_inline void fill_execve_exit(struct event *event, const struct call *call)
{
	put_failed_exec(event, call, argument(call, 1), argument(call, 2));
	put_user_text(event, argument(call, 0));
}

static __always_inline void fill_execveat_exit(struct event *event, const struct call *call)
{
	put_failed_exec(event, call, argument(call, 2), argument(call, 3));
}
