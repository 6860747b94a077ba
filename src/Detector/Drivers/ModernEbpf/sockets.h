/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls on sockets that move no data. */
#pragma once
#include "data.h"
#include "descriptors.h"
#include "network.h"
#include "shapes.h"

#define SOCK_NONBLOCK 04000
#define SOCK_CLOEXEC 02000000

EXIT_EVENT(socket_exit, 5, {
	put_result(event, call);
	put_word(event, call, 0);
	put_word(event, call, 1);
	put_word(event, call, 2);
	put_u32(event, descriptor_flags(argument(call, 1) & (SOCK_NONBLOCK | SOCK_CLOEXEC)));
})

EXIT_EVENT(bind_exit, 3, {
	struct address address;
	__u16 family = read_address(&address, argument(call, 1), argument_u32(call, 2));

	put_result(event, call);
	put_address(event, &address, family);
	put_number(event, call, 0);
})

EXIT_EVENT(socketpair_exit, 8, {
	struct sock *first = NULL;
	__s32 fd;

	put_result(event, call);
	fd = put_descriptors(event, call, 3);
	if (fd >= 0)
		first = socket_of(fd);
	put_u64(event, (__u64)first);
	/* Only Unix sockets come in pairs that know each other; others' memory there means something else. */
	put_u64(event, first && BPF_CORE_READ(first, __sk_common.skc_family) == FAMILY_UNIX
			       ? (__u64)BPF_CORE_READ((struct unix_sock *)first, peer)
			       : 0);
	put_word(event, call, 0);
	put_word(event, call, 1);
	put_word(event, call, 2);
})

/* fd, tuple, and how full the queue of the listening socket is. */
EXIT_EVENT(accept_exit, 5, {
	struct sock *accepted = call->result >= 0 ? socket_of(call->result) : NULL;
	struct sock *listening = socket_of(argument_s32(call, 0));
	__u32 length = 0, limit = 0;

	put_result(event, call);
	if (accepted)
		put_tuple_inbound(event, accepted, NULL, 0);
	else
		put_absent(event);
	if (listening) {
		length = BPF_CORE_READ(listening, sk_ack_backlog);
		limit = BPF_CORE_READ(listening, sk_max_ack_backlog);
	}
	put_u8(event, limit ? (__u64)length * 100 / limit : 0);
	put_u32(event, length);
	put_u32(event, limit);
})

EXIT_EVENT(accept4_exit, 6, {
	fill_accept_exit(event, call);
	put_u32(event, descriptor_flags(argument(call, 3) & (SOCK_NONBLOCK | SOCK_CLOEXEC)));
})

EXIT_EVENT(shutdown_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u8(event, argument(call, 1));
})

enum {
	SO_ERROR = 4,
	SO_RCVTIMEO = 20,
	SO_SNDTIMEO = 21,
	SO_PEERCRED = 17,
	SO_ATTACH_FILTER = 26,
	SO_PEERNAME = 28,
	SO_PEERSEC = 31,
	SO_LAST_EQUAL = 50,
	SO_MEMINFO = 55,
	SO_COOKIE = 57,
	SO_PEERGROUPS = 59,
};

/* Numbers of the options of SOL_SOCKET in the format; 0 for those that it does not know. */
static __always_inline __u8 socket_option(__u32 kernel)
{
	if (kernel <= SO_LAST_EQUAL)
		return kernel;
	return kernel == SO_PEERGROUPS ? 51 : kernel == SO_MEMINFO ? 52 : kernel == SO_COOKIE ? 53 : 0;
}

/* The value that the call gave or was given, as what it is: type 0 raw bytes, 1 an error, 2 a number of 32 bits, 3 of 64, 4 nanoseconds. */
static __always_inline void put_socket_option(struct event *event, const struct call *call, __u32 level, __u32 option,
					      __u32 size)
{
	__u64 address = argument(call, 3), wide[2] = {};
	__s32 number = 0;
	__s64 error;

	if (level == 1 && option == SO_ERROR) {
		bpf_probe_read_user(&number, sizeof(number), (void *)address);
		error = -(__s64)number;
		*room_behind(event, 0) = 1;
		bpf_probe_read_kernel(room_behind(event, 1), sizeof(error), &error);
		put_length(event, 1 + sizeof(error));
	} else if (level == 1 && (option == SO_RCVTIMEO || option == SO_SNDTIMEO)) {
		wide[0] = user_pointer(call, address, 0);
		wide[1] = user_pointer(call, address, 1);
		wide[0] = wide[0] * 1000000000 + wide[1] * 1000;
		*room_behind(event, 0) = 4;
		bpf_probe_read_kernel(room_behind(event, 1), sizeof(wide[0]), &wide[0]);
		put_length(event, 1 + sizeof(wide[0]));
	} else if (level == 1 && option == SO_COOKIE) {
		bpf_probe_read_user(&wide[0], sizeof(wide[0]), (void *)address);
		*room_behind(event, 0) = 3;
		bpf_probe_read_kernel(room_behind(event, 1), sizeof(wide[0]), &wide[0]);
		put_length(event, 1 + sizeof(wide[0]));
	} else if (level == 1 && size == sizeof(number)) {
		bpf_probe_read_user(&number, sizeof(number), (void *)address);
		*room_behind(event, 0) = 2;
		bpf_probe_read_kernel(room_behind(event, 1), sizeof(number), &number);
		put_length(event, 1 + sizeof(number));
	} else {
		*room_behind(event, 0) = 0;
		put_length(event, 1 + copy_data(event->scratch, event->position + 1, address, size,
						settings.snap_length));
	}
}

static __always_inline void put_option_name(struct event *event, __u32 level, __u32 option)
{
	put_u8(event, level == 1 ? 1 : level == 6 ? 2 : 0);
	put_u8(event, level == 1 ? socket_option(option) : 0);
}

EXIT_EVENT(getsockopt_exit, 6, {
	__u32 level = argument_u32(call, 1), option = argument_u32(call, 2), size = 0;

	put_result(event, call);
	put_number(event, call, 0);
	put_option_name(event, level, option);
	if (call->result >= 0)
		bpf_probe_read_user(&size, sizeof(size), (void *)argument(call, 4));
	if (size)
		put_socket_option(event, call, level, option, size);
	else
		put_absent(event);
	put_u32(event, size);
})

EXIT_EVENT(setsockopt_exit, 6, {
	__u32 level = argument_u32(call, 1), option = argument_u32(call, 2), size = argument_u32(call, 4);

	put_result(event, call);
	put_number(event, call, 0);
	put_option_name(event, level, option);
	put_socket_option(event, call, level, option, size);
	put_u32(event, size);
})
