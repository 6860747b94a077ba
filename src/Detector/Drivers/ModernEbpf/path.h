/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The path of a file, from its name up through mounts to the root. */
#pragma once
#include "event.h"

#define MAX_COMPONENTS 48

static __always_inline struct mount *mount_around(struct vfsmount *inner)
{
	return (struct mount *)((char *)inner - bpf_core_field_offset(struct mount, mnt));
}

LOOP long write_path(__u64 of_file, __u32 slot, __u32 position)
{
	struct file *file = (struct file *)of_file;
	struct scratch *scratch = scratch_at(slot);
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount *inner = BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = mount_around(inner);
	struct dentry *root = BPF_CORE_READ(inner, mnt_root);
	struct dentry *first = dentry;

	if (!scratch)
		return 0;
	path_begin(scratch);
	for (int i = 0; i < MAX_COMPONENTS; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);

		if (dentry == root || dentry == parent) {
			struct mount *above = BPF_CORE_READ(mount, mnt_parent);

			if (dentry != root || above == mount)
				goto whole;
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			mount = above;
			root = BPF_CORE_READ(mount, mnt.mnt_root);
			continue;
		}
		if (!path_prepend(scratch, BPF_CORE_READ(dentry, d_name.name), BPF_CORE_READ(dentry, d_name.len)))
			break;
		dentry = parent;
	}
	COUNT(truncated);
whole:
	/* A file of a mount that hangs nowhere (memfd) is called by its bare name. */
	if (path_is_empty(scratch))
		return bpf_probe_read_kernel_str(&scratch->data[INSIDE(position)], MAX_TEXT,
						 BPF_CORE_READ(first, d_name.name));
	return path_write(scratch, position);
}

static __always_inline void put_path(struct event *event, struct file *file)
{
	put_written(event, write_path((__u64)file, event->slot, event->position));
}
