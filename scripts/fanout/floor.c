/* The floor of any fan-out: nothing but send(). Takes SCREENS connections on PORT, answers each request with an upgrade,
 * then sends the same frame to all of them ten times a second, and tells the CPU that a frame cost.
 *
 *   floor PORT SCREENS FRAME_BYTES        a measurement for each line on standard input: SECONDS */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static double now_s(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int port = atoi(argv[1]), count = atoi(argv[2]), size = atoi(argv[3]), one = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (void *)&at, sizeof at) || listen(listener, 4096)) return 1;
  puts("{\"listening\": true}");
  fflush(stdout);
  int *screens = malloc(sizeof *screens * count);
  char head[4096], line[64];
  const char *upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  for (int nth = 0; nth < count; nth++) {
    screens[nth] = accept(listener, NULL, NULL);
    if (read(screens[nth], head, sizeof head) <= 0) return 1;
    if (write(screens[nth], upgrade, strlen(upgrade)) < 0) return 1;
  }
  char *frame = malloc(size);
  memset(frame, 'x', size);
  int head_bytes = size - 2 < 126 ? 2 : 4;
  frame[0] = (char)0x81;
  if (head_bytes == 2) frame[1] = size - 2;
  else frame[1] = 126, frame[2] = (size - 4) >> 8, frame[3] = (size - 4) & 255;
  while (fgets(line, sizeof line, stdin)) {
    double seconds = atof(line), until = now_s() + seconds, next = now_s();
    double began_us = cpu_us();
    long frames = 0;
    while (now_s() < until) {
      for (int nth = 0; nth < count; nth++) frames += send(screens[nth], frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) == size;
      next += 0.1;
      double pause = next - now_s();
      if (pause > 0) usleep(pause * 1e6);
    }
    printf("{\"frames\": %ld, \"us_a_frame\": %.2f}\n", frames, (cpu_us() - began_us) / frames);
    fflush(stdout);
  }
}
