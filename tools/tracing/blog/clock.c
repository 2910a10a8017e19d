// SPDX-License-Identifier: LGPL-2.1
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

/**
 * clock_print - write a stamp as text
 * @clock: what it means; may be NULL
 * @style: how; where the wall clock is not known, as CLOCK_STYLE_TRACE
 * @time: the stamp
 * @buf: takes the text
 * @size: bytes in @buf
 */
void clock_print(const struct clock *clock, enum clock_style style, uint64_t time,
		 char *buf, size_t size)
{
	uint64_t real;
	struct tm tm;
	time_t sec;
	size_t len;

	if (style != CLOCK_STYLE_WALL || !clock || !clock->realtime) {
		snprintf(buf, size, "%5" PRIu64 ".%06" PRIu64, time / NSEC_PER_SEC,
			 time % NSEC_PER_SEC / 1000);
		return;
	}
	real = clock->realtime - (clock->trace - time);
	sec = real / NSEC_PER_SEC;
	localtime_r(&sec, &tm);
	len = strftime(buf, size, "%F %T", &tm);
	snprintf(buf + len, size - len, ".%06" PRIu64, real % NSEC_PER_SEC / 1000);
}

/* As far as there are stamps. */
static uint64_t to_ns(double seconds)
{
	double ns = seconds * NSEC_PER_SEC;

	if (ns >= (double)UINT64_MAX)
		return UINT64_MAX;

	return ns > 0 ? ns + 0.5 : 0;
}

/* "HH:MM[:SS[.f]]", today or, unless @until, yesterday, or with a date; ns since 1970. */
static bool parse_wall(const struct clock *clock, const char *text, bool until,
		       int64_t *wall)
{
	static const char * const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
		"%H:%M:%S", "%H:%M",
	};
	time_t now = clock->realtime / NSEC_PER_SEC;
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		double fraction = 0;
		int64_t sec;
		char *end, *rest;
		struct tm tm;

		localtime_r(&now, &tm);
		tm.tm_hour = 0;
		tm.tm_min = 0;
		tm.tm_sec = 0;
		end = strptime(text, formats[i], &tm);
		if (!end)
			continue;
		rest = end;
		if (*end == '.')
			fraction = strtod(end, &rest);
		if (*rest)
			continue;
		tm.tm_isdst = -1;
		sec = mktime(&tm);
		/* From 23:59 on, said at 00:01, is from yesterday's. */
		if (!until && formats[i][1] == 'H' && sec > now)
			sec -= 24 * 60 * 60;
		return !__builtin_mul_overflow(sec, (int64_t)NSEC_PER_SEC, wall) &&
		       !__builtin_add_overflow(*wall, (int64_t)to_ns(fraction), wall);
	}

	return false;
}

/* "10s", "5m", "2h" or "1d" ago. */
static bool parse_ago(const char *text, double *seconds)
{
	static const struct {
		char	name;
		int	seconds;
	} units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 60 * 60 }, { 'd', 24 * 60 * 60 },
	};
	char *end;
	double val = strtod(text, &end);
	size_t i;

	if (end == text || !(val >= 0) || !*end || end[1])
		return false;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (*end == units[i].name) {
			*seconds = val * units[i].seconds;
			return true;
		}
	}

	return false;
}

/**
 * clock_parse - read a time that a user gives
 * @clock: the clocks now, or at the end of a recording
 * @text: "10s" (m, h, d) ago, a local time "[YYYY-MM-DD ]HH:MM[:SS]", or seconds of the
 *	trace clock as trace-cmd prints them
 * @until: it is an end: what is printed as that time comes before it
 * @time: takes the stamp
 *
 * Return: 0, or -1 if it is none of these, or a time of day where that is not known.
 */
int clock_parse(const struct clock *clock, const char *text, bool until, uint64_t *time)
{
	/* Times are printed in us. */
	uint64_t ns, more = until ? NSEC_PER_SEC / 1000000 - 1 : 0;
	int64_t wall, stamp;
	double val;
	char *end;

	if (*text == '-')
		text++;
	if (parse_ago(text, &val)) {
		ns = to_ns(val);
		*time = ns < clock->trace ? clock->trace - ns : 0;
		return 0;
	}
	val = strtod(text, &end);
	if (end != text && !*end && val >= 0) {
		ns = to_ns(val);
		*time = ns < UINT64_MAX - more ? ns + more : UINT64_MAX;
		return 0;
	}
	if (!clock->realtime || !parse_wall(clock, text, until, &wall))
		return -1;
	stamp = (uint64_t)wall - clock->realtime + clock->trace + more;
	*time = stamp > 0 ? stamp : 0;

	return 0;
}

/**
 * clock_print_age - write a span of time as text
 * @ns: the span
 * @buf: takes the text
 * @size: bytes in @buf
 */
void clock_print_age(uint64_t ns, char *buf, size_t size)
{
	double seconds = (double)ns / NSEC_PER_SEC;

	if (seconds < 1)
		snprintf(buf, size, "%.0f ms", seconds * 1000);
	else if (seconds < 120)
		snprintf(buf, size, "%.1f s", seconds);
	else if (seconds < 2 * 60 * 60)
		snprintf(buf, size, "%.1f min", seconds / 60);
	else if (seconds < 2 * 24 * 60 * 60)
		snprintf(buf, size, "%.1f h", seconds / 3600);
	else
		snprintf(buf, size, "%.1f days", seconds / 86400);
}
