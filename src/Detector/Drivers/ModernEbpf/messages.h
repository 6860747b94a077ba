/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that send and receive over sockets. */
#pragma once
#include "data.h"
#include "network.h"
#include "shapes.h"

/* Messages of one sendmmsg or recvmmsg that are told; there may be 1024. */
#define MAX_MESSAGES 64

static __always_inline void put_sent_tuple(struct event *event, const struct call *call, const struct address *to,
					   __u16 family)
{
	struct sock *sock = socket_of(argument_s32(call, 0));

	if (sock)
		put_tuple(event, sock, to, family);
	else
		put_absent(event);
}

static __always_inline void put_received_tuple(struct event *event, const struct call *call, const struct address *from,
					       __u16 family)
{
	struct sock *sock = call->result >= 0 ? socket_of(argument_s32(call, 0)) : NULL;

	if (sock)
		put_tuple_inbound(event, sock, from, family);
	else
		put_absent(event);
}

EXIT_EVENT(sendto_exit, 5, {
	struct address address;
	__u16 family = read_address(&address, argument(call, 4), argument_u32(call, 5));
	__u64 size = size_argument(call, 2);

	put_result(event, call);
	put_data(event, argument(call, 1), sent_size(call, call->result, size));
	put_number(event, call, 0);
	put_u32(event, size);
	put_sent_tuple(event, call, &address, family);
})

EXIT_EVENT(send_exit, 5, {
	struct address none = {};
	__u64 size = size_argument(call, 2);

	put_result(event, call);
	put_data(event, argument(call, 1), sent_size(call, call->result, size));
	put_number(event, call, 0);
	put_u32(event, size);
	put_sent_tuple(event, call, &none, 0);
})

EXIT_EVENT(recvfrom_exit, 5, {
	struct address address;
	__u32 length = 0;
	__u16 family;

	if (argument(call, 4) && argument(call, 5))
		bpf_probe_read_user(&length, sizeof(length), (void *)argument(call, 5));
	family = read_address(&address, argument(call, 4), length);
	put_result(event, call);
	put_data(event, argument(call, 1), call->result > 0 ? call->result : 0);
	put_received_tuple(event, call, &address, family);
	put_number(event, call, 0);
	put_u32(event, size_argument(call, 2));
})

EXIT_EVENT(recv_exit, 5, {
	struct address none = {};

	put_result(event, call);
	put_data(event, argument(call, 1), call->result > 0 ? call->result : 0);
	put_number(event, call, 0);
	put_u32(event, size_argument(call, 2));
	put_received_tuple(event, call, &none, 0);
})

/* struct msghdr of the 64-bit ABI. */
struct message {
	__u64 name;
	__u32 name_length, padding;
	__u64 pieces, count, control, control_length;
};

/* The same for 32-bit programs and x32. */
struct narrow_message {
	__u32 name, name_length, pieces, count, control, control_length;
};

#define MESSAGE_BYTES 64
#define NARROW_MESSAGE_BYTES 32
#define MESSAGE_LENGTH 56
#define NARROW_MESSAGE_LENGTH 28

static __always_inline void read_message(struct message *message, __u64 address, bool narrow)
{
	struct narrow_message slim = {};

	__builtin_memset(message, 0, sizeof(*message));
	if (!narrow) {
		if (bpf_probe_read_user(message, sizeof(*message), (void *)address))
			COUNT(unreadable);
		return;
	}
	if (bpf_probe_read_user(&slim, sizeof(slim), (void *)address))
		COUNT(unreadable);
	message->name = slim.name;
	message->name_length = slim.name_length;
	message->pieces = slim.pieces;
	message->count = slim.count;
	message->control = slim.control;
	message->control_length = slim.control_length;
}

static __always_inline void put_message_data(struct event *event, const struct message *message, bool narrow, __u64 size)
{
	put_pieces(event, message->pieces, message->count, narrow, size);
}

static __always_inline void put_control(struct event *event, const struct message *message)
{
	put_written(event, copy_data(event->scratch, event->position, message->control, message->control_length, MAX_TEXT));
}

EXIT_EVENT(sendmsg_exit, 5, {
	struct message message;
	struct address address;
	__u16 family;
	__u64 size;

	read_message(&message, argument(call, 1), call->narrow);
	family = read_address(&address, message.name, message.name_length);
	size = size_of_pieces(message.pieces, message.count, call->narrow);
	put_result(event, call);
	put_message_data(event, &message, call->narrow, sent_size(call, call->result, size));
	put_number(event, call, 0);
	put_u32(event, size);
	put_sent_tuple(event, call, &address, family);
})

EXIT_EVENT(recvmsg_exit, 6, {
	__u64 size = call->result > 0 ? call->result : 0;
	struct message message = {};
	struct address address;
	__u16 family;

	if (call->result >= 0)
		read_message(&message, argument(call, 1), call->narrow);
	family = read_address(&address, message.name, message.name_length);
	put_result(event, call);
	put_u32(event, size);
	put_message_data(event, &message, call->narrow, size);
	put_received_tuple(event, call, &address, family);
	put_control(event, &message);
	put_number(event, call, 0);
})

/* One message of many, at `index` of the array; how many bytes of it went over stands behind it. */
static __always_inline __u32 read_one_message(const struct call *call, struct message *message, __u32 index)
{
	__u64 address = argument(call, 1) + index * (call->narrow ? NARROW_MESSAGE_BYTES : MESSAGE_BYTES);
	__u32 length = 0;

	read_message(message, address, call->narrow);
	bpf_probe_read_user(&length, sizeof(length),
			    (void *)(address + (call->narrow ? NARROW_MESSAGE_LENGTH : MESSAGE_LENGTH)));
	return length;
}

LOOP int tell_sent_message(__u32 index)
{
	struct event of, *event = &of;
	const struct call *call;
	struct message message;
	struct address address;
	__u16 family;
	__u32 length;
	__u64 size;

	if (!event_begin(event, hook_sys_exit, 5))
		return 0;
	call = &event->scratch->call;
	length = read_one_message(call, &message, index);
	family = read_address(&address, message.name, message.name_length);
	size = size_of_pieces(message.pieces, message.count, call->narrow);
	put_s64(event, call->result < 0 ? call->result : length);
	put_number(event, call, 0);
	put_u32(event, size);
	put_message_data(event, &message, call->narrow, call->result < 0 ? size : length);
	put_sent_tuple(event, call, &address, family);
	return event_send(event, bpf_get_current_pid_tgid());
}

LOOP int tell_received_message(__u32 index)
{
	struct event of, *event = &of;
	const struct call *call;
	struct message message = {};
	struct address address;
	__u16 family;
	__u32 length = 0;

	if (!event_begin(event, hook_sys_exit, 6))
		return 0;
	call = &event->scratch->call;
	if (call->result >= 0)
		length = read_one_message(call, &message, index);
	family = read_address(&address, message.name, message.name_length);
	put_s64(event, call->result < 0 ? call->result : length);
	put_number(event, call, 0);
	put_u32(event, length);
	put_message_data(event, &message, call->narrow, length);
	put_received_tuple(event, call, &address, family);
	put_control(event, &message);
	return event_send(event, bpf_get_current_pid_tgid());
}

/* An event per message that went over; one for a call that failed. */
#define PER_MESSAGE(name, tell)                                                              \
	SEC("tracepoint")                                                                    \
	int name(__u64 *context)                                                             \
	{                                                                                    \
		struct scratch *scratch = this_scratch(hook_sys_exit);                                    \
		__s64 count = scratch ? scratch->call.result : 0;                            \
		if (count < 0)                                                               \
			count = 1;                                                           \
		if (count > MAX_MESSAGES)                                                    \
			COUNT(truncated);                                                    \
		for (__u32 i = 0; i < MAX_MESSAGES; i++) {                                   \
			if (i >= count)                                                      \
				break;                                                       \
			tell(i);                                                             \
		}                                                                            \
		return 0;                                                                    \
	}

PER_MESSAGE(sendmmsg_exit, tell_sent_message)
PER_MESSAGE(recvmmsg_exit, tell_received_message)
