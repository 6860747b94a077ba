// SPDX-License-Identifier: Apache-2.0
// Runs inside the guest of verify-driver-qemu.sh: loads every program of the driver's object and attaches the hooks.
#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

int main(int count, char **arguments)
{
	struct utsname name;
	struct bpf_object *object = bpf_object__open(arguments[1]);
	struct bpf_program *program;
	int loaded = 0, attached = 0;

	uname(&name);
	if (!object || bpf_object__load(object)) {
		printf("FAILED to load on %s\n", name.release);
		return 1;
	}
	bpf_object__for_each_program(program, object) {
		const char *called = bpf_program__name(program);
		loaded++;
		if (strncmp(called, "sys_", 4) && strncmp(called, "process_", 8))
			continue;
		if (!bpf_program__attach(program)) {
			printf("FAILED to attach %s on %s\n", called, name.release);
			return 1;
		}
		attached++;
	}
	printf("VERIFIED %s: %d programs loaded, %d attached\n", name.release, loaded, attached);
	return 0;
}
