/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that read and write through descriptors. */
#pragma once
#include "data.h"
#include "shapes.h"

static __always_inline __u64 received_size(const struct call *call)
{
	return call->result > 0 ? call->result : 0;
}

EXIT_EVENT(read_exit, 4, {
	put_result(event, call);
	put_data(event, argument(call, 1), received_size(call));
	put_number(event, call, 0);
	put_u32(event, size_argument(call, 2));
})

EXIT_EVENT(write_exit, 4, {
	__u64 size = size_argument(call, 2);

	put_result(event, call);
	put_data(event, argument(call, 1), sent_size(call, call->result, size));
	put_number(event, call, 0);
	put_u32(event, size);
})

/* A place in a file: one word, or two where words have 32 bits. */
static __always_inline void put_position(struct event *event, const struct call *call, int index)
{
	__u64 position = argument(call, index);

	if (call->compat)
		position |= argument(call, index + 1) << 32;
	put_u64(event, position);
}

EXIT_EVENT(pread_exit, 5, {
	fill_read_exit(event, call);
	put_position(event, call, 3);
})

EXIT_EVENT(pwrite_exit, 5, {
	fill_write_exit(event, call);
	put_position(event, call, 3);
})

EXIT_EVENT(readv_exit, 4, {
	put_result(event, call);
	put_u32(event, received_size(call));
	put_pieces(event, argument(call, 1), argument_u32(call, 2), call->narrow, received_size(call));
	put_number(event, call, 0);
})

EXIT_EVENT(writev_exit, 4, {
	__u64 size = size_of_pieces(argument(call, 1), argument_u32(call, 2), call->narrow);

	put_result(event, call);
	put_pieces(event, argument(call, 1), argument_u32(call, 2), call->narrow, sent_size(call, call->result, size));
	put_number(event, call, 0);
	put_u32(event, size);
})

EXIT_EVENT(preadv_exit, 5, {
	fill_readv_exit(event, call);
	put_position(event, call, 3);
})

EXIT_EVENT(pwritev_exit, 5, {
	fill_writev_exit(event, call);
	put_position(event, call, 3);
})

/* process_vm_readv and process_vm_writev: the data on the caller's side. */
EXIT_EVENT(vm_transfer_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_pieces(event, argument(call, 1), argument_u32(call, 2), call->narrow, received_size(call));
})

/* An offset that the caller keeps in memory; 0 for none. */
static __always_inline void put_kept_offset(struct event *event, __u64 address, bool narrow)
{
	__s64 offset = 0;
	__s32 slim = 0;

	if (address && narrow) {
		bpf_probe_read_user(&slim, sizeof(slim), (void *)address);
		offset = slim;
	} else if (address) {
		bpf_probe_read_user(&offset, sizeof(offset), (void *)address);
	}
	put_u64(event, offset);
}

#define IA32_SENDFILE 187

EXIT_EVENT(sendfile_exit, 5, {
	put_result(event, call);
	put_kept_offset(event, argument(call, 2), call->compat && call->number == IA32_SENDFILE);
	put_number(event, call, 0);
	put_number(event, call, 1);
	put_u64(event, size_argument(call, 3));
})

EXIT_EVENT(copy_file_range_exit, 6, {
	put_result(event, call);
	put_number(event, call, 2);
	put_kept_offset(event, argument(call, 3), 0);
	put_number(event, call, 0);
	put_kept_offset(event, argument(call, 1), 0);
	put_u64(event, size_argument(call, 4));
})

EXIT_EVENT(splice_exit, 5, {
	put_result(event, call);
	put_number(event, call, 0);
	put_number(event, call, 2);
	put_u64(event, size_argument(call, 4));
	put_u32(event, argument(call, 5) & 15);
})

EXIT_EVENT(lseek_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_s64(event, call->compat ? argument_s32(call, 1) : argument(call, 1));
	put_u8(event, argument(call, 2));
})

EXIT_EVENT(llseek_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u64(event, argument(call, 1) << 32 | argument_u32(call, 2));
	put_u8(event, argument(call, 4));
})

EXIT_EVENT(ioctl_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u64(event, argument_u32(call, 1));
	put_u64(event, argument(call, 2));
})

EXIT_EVENT(io_uring_enter_exit, 6, {
	__u32 signals = 0;

	/* With IORING_ENTER_EXT_ARG it is something else. */
	if (argument(call, 4) && !(argument(call, 3) & 8))
		bpf_probe_read_user(&signals, sizeof(signals), (void *)argument(call, 4));
	put_result(event, call);
	put_number(event, call, 0);
	put_word(event, call, 1);
	put_word(event, call, 2);
	put_u32(event, argument(call, 3) & 15);
	put_u32(event, signals);
})

EXIT_EVENT(io_uring_register_exit, 5, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u16(event, argument(call, 1));
	put_u64(event, argument(call, 2));
	put_word(event, call, 3);
})
