/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Whether a file on overlayfs was there when the container started (lower layer) or came or changed later (upper). */
#pragma once
#include "maps.h"

#define OVERLAYFS_MAGIC 0x794c7630

enum layer { LAYER_NONE, LAYER_UPPER, LAYER_LOWER };

static __always_inline enum layer layer_of(struct inode *inode)
{
	struct dentry *upper = NULL;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_MAGIC)
		return LAYER_NONE;
	/* overlayfs is mostly a module, so the kernel's BTF does not know its inode: the VFS inode, and behind it a
	 * pointer to the dentry of the upper layer (fs/overlayfs/ovl_entry.h, since 4.13). */
	READ_KERNEL(upper, (char *)inode + bpf_core_type_size(struct inode));
	return upper && BPF_CORE_READ(upper, d_inode) ? LAYER_UPPER : LAYER_LOWER;
}
