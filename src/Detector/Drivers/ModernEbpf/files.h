/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* open, openat, openat2, creat. */
#pragma once
#include "call.h"
#include "event.h"
#include "overlay.h"

#define FMODE_CREATED 0x100000

/* The kernel's flags, and the driver format's. */
static __always_inline __u32 open_flags(__u64 kernel)
{
	__u32 flags = 0;

	switch (kernel & 3) {
	case 0:
		flags = 1;
		break;
	case 1:
		flags = 2;
		break;
	case 2:
		flags = 3;
		break;
	}
	if (kernel & 00000100)
		flags |= 4; /* O_CREAT */
	if (kernel & 00002000)
		flags |= 8; /* O_APPEND */
	if (kernel & 00010000)
		flags |= 16; /* O_DSYNC */
	if (kernel & 00000200)
		flags |= 32; /* O_EXCL */
	if (kernel & 00004000)
		flags |= 64; /* O_NONBLOCK */
	if ((kernel & 04010000) == 04010000)
		flags |= 128; /* O_SYNC */
	if (kernel & 00001000)
		flags |= 256; /* O_TRUNC */
	if (kernel & 00040000)
		flags |= 512; /* O_DIRECT */
	if (kernel & 00200000)
		flags |= 1024; /* O_DIRECTORY */
	if (kernel & 00100000)
		flags |= 2048; /* O_LARGEFILE */
	if (kernel & 02000000)
		flags |= 4096; /* O_CLOEXEC */
	if ((kernel & 020200000) == 020200000)
		flags |= 8192; /* O_TMPFILE */
	return flags;
}

/* The kernel looks at the mode only when a file may be made. */
static __always_inline __u32 open_mode(__u64 kernel_flags, __u64 mode)
{
	bool makes = (kernel_flags & 0100) || (kernel_flags & 020200000) == 020200000;
	return makes ? mode & 07777 : 0;
}

/* The device as stat(2) packs it. */
static __always_inline __u32 packed_device(__u32 device)
{
	__u32 major = device >> 20, minor = device & 0xfffff;
	return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

struct opened {
	__u64 inode;
	__u32 device;
	__u32 created;
	enum layer layer;
};

static __always_inline struct opened opened_file(__s64 fd)
{
	struct opened opened = {};
	struct file *file = fd >= 0 ? file_of(fd) : NULL;
	struct inode *inode = file ? BPF_CORE_READ(file, f_inode) : NULL;

	if (!inode)
		return opened;
	opened.inode = BPF_CORE_READ(inode, i_ino);
	opened.device = packed_device(BPF_CORE_READ(inode, i_sb, s_dev));
	opened.created = BPF_CORE_READ(file, f_mode) & FMODE_CREATED;
	opened.layer = layer_of(inode);
	return opened;
}

static __always_inline __u32 flags_of_file(const struct opened *opened)
{
	__u32 flags = opened->created ? 16384 : 0; /* O_F_CREATED */

	if (opened->layer == LAYER_UPPER)
		flags |= 32768; /* FD_UPPER_LAYER */
	if (opened->layer == LAYER_LOWER)
		flags |= 65536; /* FD_LOWER_LAYER */
	return flags;
}

static __always_inline void fill_open_exit(struct event *event, const struct call *call)
{
	struct opened opened = opened_file(call->result);

	put_s64(event, call->result);
	put_user_text(event, argument(call, 0));
	put_u32(event, open_flags(argument(call, 1)) | flags_of_file(&opened));
	put_u32(event, open_mode(argument(call, 1), argument(call, 2)));
	put_u32(event, opened.device);
	put_u64(event, opened.inode);
}

static __always_inline void fill_open_enter(struct event *event, const struct call *call)
{
	put_user_text(event, argument(call, 0));
	put_u32(event, open_flags(argument(call, 1)));
	put_u32(event, open_mode(argument(call, 1), argument(call, 2)));
}

static __always_inline void fill_creat_exit(struct event *event, const struct call *call)
{
	struct opened opened = opened_file(call->result);

	put_s64(event, call->result);
	put_user_text(event, argument(call, 0));
	put_u32(event, argument(call, 1) & 07777);
	put_u32(event, opened.device);
	put_u64(event, opened.inode);
	put_u16(event, opened.layer == LAYER_UPPER ? 1 : opened.layer == LAYER_LOWER ? 2 : 0);
}

static __always_inline void fill_creat_enter(struct event *event, const struct call *call)
{
	put_user_text(event, argument(call, 0));
	put_u32(event, argument(call, 1) & 07777);
}

static __always_inline void fill_openat_exit(struct event *event, const struct call *call)
{
	struct opened opened = opened_file(call->result);

	put_s64(event, call->result);
	put_s64(event, argument_s32(call, 0));
	put_user_text(event, argument(call, 1));
	put_u32(event, open_flags(argument(call, 2)) | flags_of_file(&opened));
	put_u32(event, open_mode(argument(call, 2), argument(call, 3)));
	put_u32(event, opened.device);
	put_u64(event, opened.inode);
}

static __always_inline void fill_openat_enter(struct event *event, const struct call *call)
{
	put_s64(event, argument_s32(call, 0));
	put_user_text(event, argument(call, 1));
	put_u32(event, open_flags(argument(call, 2)));
	put_u32(event, open_mode(argument(call, 2), argument(call, 3)));
}

/* struct open_how of linux/openat2.h: the same in all ABIs. */
struct open_how_user {
	__u64 flags, mode, resolve;
};

static __always_inline struct open_how_user open_how(const struct call *call)
{
	struct open_how_user how = {};

	if (bpf_probe_read_user(&how, sizeof(how), (void *)argument(call, 2)))
		COUNT(unreadable);
	return how;
}

static __always_inline __u32 resolve_flags(__u64 kernel)
{
	__u32 flags = 0;

	if (kernel & 0x08)
		flags |= 1; /* RESOLVE_BENEATH */
	if (kernel & 0x10)
		flags |= 2; /* RESOLVE_IN_ROOT */
	if (kernel & 0x02)
		flags |= 4; /* RESOLVE_NO_MAGICLINKS */
	if (kernel & 0x04)
		flags |= 8; /* RESOLVE_NO_SYMLINKS */
	if (kernel & 0x01)
		flags |= 16; /* RESOLVE_NO_XDEV */
	if (kernel & 0x20)
		flags |= 32; /* RESOLVE_CACHED */
	return flags;
}

static __always_inline void fill_openat2_exit(struct event *event, const struct call *call)
{
	struct opened opened = opened_file(call->result);
	struct open_how_user how = open_how(call);

	put_s64(event, call->result);
	put_s64(event, argument_s32(call, 0));
	put_user_text(event, argument(call, 1));
	put_u32(event, open_flags(how.flags) | flags_of_file(&opened));
	put_u32(event, open_mode(how.flags, how.mode));
	put_u32(event, resolve_flags(how.resolve));
	put_u32(event, opened.device);
	put_u64(event, opened.inode);
}

static __always_inline void fill_openat2_enter(struct event *event, const struct call *call)
{
	struct open_how_user how = open_how(call);

	put_s64(event, argument_s32(call, 0));
	put_user_text(event, argument(call, 1));
	put_u32(event, open_flags(how.flags));
	put_u32(event, open_mode(how.flags, how.mode));
	put_u32(event, resolve_flags(how.resolve));
}
