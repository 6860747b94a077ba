// SPDX-License-Identifier: Apache-2.0
// Loads for run.sh. "load loops COUNT": opens and closes a file and starts a program, so many times; prints seconds of
// wall clock and of CPU, children included. "load search COUNT": looks for a file in nine places where it is not and opens it
// in the tenth, as a loader of libraries does, so many times; prints the same. "load rate PER-MILLISECOND SECONDS": so many calls, opens and closes in turn,
// in each millisecond; prints how many it made. "load nothing" ends at once: the program that is started.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(int who)
{
	struct rusage used;
	getrusage(who, &used);
	return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void open_and_close(void)
{
	close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static void loops(int count)
{
	char *arguments[] = {"load", "nothing", NULL}, *environment[] = {NULL};
	double start = now();

	for (int i = 0; i < count; i++) {
		pid_t child;
		open_and_close();
		if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environment))
			exit(1);
		waitpid(child, NULL, 0);
	}
	printf("%.3f %.3f\n", now() - start, cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN));
}

static void search(int count)
{
	double start = now();

	for (int i = 0; i < count; i++) {
		for (int j = 0; j < 9; j++)
			if (open("/no/such/place/passwd", O_RDONLY | O_CLOEXEC) >= 0)
				exit(1);
		open_and_close();
	}
	printf("%.3f %.3f\n", now() - start, cpu(RUSAGE_SELF));
}

static void rate(int per_millisecond, int seconds)
{
	struct timespec next;
	double start = now();
	long calls = 0;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (int i = 0; i < seconds * 1000; i++) {
		for (int j = 0; j < per_millisecond; j += 2, calls += 2)
			open_and_close();
		next.tv_nsec += 1000000;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%ld calls in %.1f s, %.0f per second\n", calls, now() - start, calls / (now() - start));
}

int main(int count, char **arguments)
{
	if (count == 3 && !strcmp(arguments[1], "loops"))
		loops(atoi(arguments[2]));
	else if (count == 3 && !strcmp(arguments[1], "search"))
		search(atoi(arguments[2]));
	else if (count == 4 && !strcmp(arguments[1], "rate"))
		rate(atoi(arguments[2]), atoi(arguments[3]));
	return 0;
}
