/* Many screens from one process: they connect, read, answer pings, and tell how long events took to them.
 *
 *   load PORT SCREENS DEFLATE STALLED BOARDS AT_ONCE HELLO < head-of-the-request   prints JSON lines
 *
 * The head has `%s` where the number of a screen's board belongs. At most AT_ONCE try to connect at a time (0: all).
 * A line of JSON when all but the STALLED are there: with HELLO, when each has its snapshot. Then an answer to each line:
 *
 *   stall                    the STALLED connect, and never read
 *   measure SECONDS CHURN PID   what comes; CHURN screens a second drop and come back. The CPU that process PID spends on
 *                            a frame in its best second, between two silences (-1: there was none, or PID is 0), and
 *                            its own CPU
 *   again SECONDS JITTER     says at once that it watches. Whoever is dropped comes again, at once or (JITTER 1) as
 *                            browsers do, until all have a new snapshot. Times count from the first drop
 *
 * While it measures it naps and looks, and nobody wakes it: to wake a reader is work of who sends, which screens
 * elsewhere never ask for.
 *
 * Of one screen in 64, spread over all, each message is looked into: `"bench":{"value":MS` is when its event happened. */
#include "load.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTS_MS = 120000, QUIET_MS = 1000, SECOND_MS = 1000, SILENCE_MS = 20, NAP_US = 100 };

Screen *screens;
char request[4096];
int epoll_fd, port, count, packs, boards, wants_hello, coming_back, upgraded, fresh, lost, dropped, tries, given_up;
double phase_ms, now_ms, upgraded_ms, last_ms, first_drop_ms;
unsigned long long frames, bytes;
float *samples, *ways;
long sample_count, way_count;
static int stalled, at_once;

static void begin_phase(void) {
  now_ms = phase_ms = clock_ms();
  frames = bytes = sample_count = way_count = dropped = tries = given_up = 0;
  for (int nth = 0; nth < count; nth++) screens[nth].dropped = screens[nth].tries = 0, screens[nth].gap_ms = 0;
}

static void connect_all(void) {
  int started = stalled;
  begin_phase();
  while (fresh + lost < count - stalled && now_ms - phase_ms < CONNECTS_MS) {
    while (started < count && (!at_once || started - stalled - fresh - lost < at_once)) begin(&screens[started++]);
    turn(100);
  }
  printf("{\"connected\": %d, \"lost\": %d, \"took_ms\": %.0f, \"upgraded_ms\": %.0f}\n", fresh, lost, last_ms - phase_ms,
         upgraded_ms - phase_ms);
}

static void stall(void) {
  int wanted = upgraded + stalled, lost_before = lost;
  for (int nth = 0; nth < stalled; nth++) begin(&screens[nth]);
  for (double until = clock_ms() + CONNECTS_MS; upgraded + lost - lost_before < wanted && clock_ms() < until;) turn(20);
  printf("{\"stalled\": %d}\n", upgraded - wanted + stalled);
}

/* The longest silence of one that was dropped in this phase, or of one that was not. */
static double gap_ms(int of_dropped) {
  double longest = 0;
  for (int nth = stalled; nth < count; nth++) {
    Screen *screen = &screens[nth];
    silent(screen);
    if (screen->dropped == of_dropped && screen->gap_ms > longest) longest = screen->gap_ms;
  }
  return longest;
}

static int ascending(const void *one, const void *other) {
  float a = *(float *)one, b = *(float *)other;
  return a < b ? -1 : a > b;
}

static float share(float *values, long of, double part) {
  qsort(values, of, sizeof *values, ascending);
  return of ? values[(long)((of - 1) * part)] : -1;
}

static double cpu_us(clockid_t clock) {
  struct timespec at;
  return clock_gettime(clock, &at) ? 0 : at.tv_sec * 1e6 + at.tv_nsec / 1e3;
}

static void measure(double seconds, double churning, int pid) {
  clockid_t clock;
  int watches = pid && !clock_getcpuclockid(pid, &clock);
  double best_us = -1, began_us = 0, began_ms = 0, own_us = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  unsigned long long before = 0;
  begin_phase();
  for (double until = now_ms + seconds * 1000, due = now_ms, heard_ms = now_ms; now_ms < until;) {
    if (turn(0)) heard_ms = now_ms;
    else usleep(NAP_US);
    int silence = now_ms - heard_ms > SILENCE_MS;
    if (churning > 0 && now_ms >= due) churn(), due += 1000 / churning;
    if (!watches || !silence || now_ms - began_ms < SECOND_MS) continue;
    double used_us = cpu_us(clock), frame_us = frames > before ? (used_us - began_us) / (frames - before) : -1;
    if (began_ms && frame_us >= 0 && (best_us < 0 || frame_us < best_us)) best_us = frame_us;
    began_us = used_us, began_ms = now_ms, before = frames;
  }
  printf("{\"frames\": %llu, \"bytes\": %llu, \"lost\": %d, \"samples\": %ld, \"p50_ms\": %.1f, \"p99_ms\": %.1f, "
         "\"patch_p50_ms\": %.1f, \"patch_p99_ms\": %.1f, \"gap_ms\": %.0f, \"best_us\": %.2f, "
         "\"own_us\": %.0f}\n",
         frames, bytes, lost, sample_count, share(samples, sample_count, 0.5), share(samples, sample_count, 0.99),
         share(ways, way_count, 0.5), share(ways, way_count, 0.99), gap_ms(0), best_us,
         cpu_us(CLOCK_PROCESS_CPUTIME_ID) - own_us);
}

static void again(double seconds, int jitter) {
  begin_phase();
  puts("{\"watching\": true}");
  int there = fresh, back = 0;
  coming_back = jitter ? AS_BROWSERS : AT_ONCE_AGAIN;
  while (now_ms - phase_ms < seconds * 1000 && !(dropped && fresh == there && now_ms - last_ms > QUIET_MS)) turn(5);
  coming_back = STAYS_AWAY;
  for (int nth = stalled; nth < count; nth++) {
    Screen *screen = &screens[nth];
    if (screen->dropped && screen->fresh && back < MOST_SAMPLES) samples[back++] = screen->fresh_ms - first_drop_ms;
  }
  printf("{\"dropped\": %d, \"fresh\": %d, \"fresh_ms\": %.0f, \"fresh_p50_ms\": %.0f, \"tries\": %d, \"given_up\": %d, "
         "\"stayed\": %d, \"stayed_gap_ms\": %.0f, \"back_gap_ms\": %.0f}\n",
         dropped, back, share(samples, back, 1), share(samples, back, 0.5), tries, given_up, there - dropped, gap_ms(0),
         gap_ms(1));
}

static void obey(char *line) {
  double seconds = 0, more = 0;
  int pid = 0;
  char word[16] = "";
  sscanf(line, "%15s %lf %lf %d", word, &seconds, &more, &pid);
  if (!strcmp(word, "stall")) stall();
  else if (!strcmp(word, "measure")) measure(seconds, more, pid);
  else if (!strcmp(word, "again")) again(seconds, more > 0);
  else exit(2);
}

int main(int argc, char **argv) {
  if (argc < 8) return 2;
  port = atoi(argv[1]), count = atoi(argv[2]), packs = atoi(argv[3]), stalled = atoi(argv[4]), boards = atoi(argv[5]);
  at_once = atoi(argv[6]), wants_hello = atoi(argv[7]);
  char line[256];
  size_t length = 0;
  while (fgets(request + length, sizeof request - length, stdin) && strcmp(request + length, "\n")) length = strlen(request);
  request[length] = 0;
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  screens = calloc(count, sizeof *screens);
  samples = malloc(sizeof *samples * MOST_SAMPLES), ways = malloc(sizeof *ways * MOST_SAMPLES);
  epoll_fd = epoll_create1(0);
  int every = count / SAMPLED > 0 ? count / SAMPLED : 1;
  for (int nth = 0; nth < count; nth++) {
    screens[nth].stalled = nth < stalled;
    screens[nth].sampled = nth >= stalled && nth % every == 0;
  }
  connect_all();
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  for (;;) {
    ssize_t asked = read(0, line, sizeof line - 1);
    if (asked == 0) return 0;
    if (asked < 0) { turn(50); continue; }
    line[asked] = 0;
    obey(line);
  }
}
