/* What the parts of the load share: load.c is told what to do, line.c holds connections, message.c reads them. */
#define _GNU_SOURCE
#include <stddef.h>

enum { WAITING, CONNECTING, ASKED, OPEN, GONE };
enum { MOST_SAMPLES = 4000000, SAMPLED = 64 };

typedef struct {
  int fd, state, fresh, stalled, sampled, dropped, tries, opcode, packed, head_bytes, head_needs;
  double due_ms, began_ms; /* it comes again, this try began */
  double fresh_ms, heard_ms, gap_ms; /* its snapshot came, the last message came, the longest silence */
  unsigned long long left;
  unsigned char head[14], control[128];
  int control_bytes;
  char *message;
  size_t message_bytes, message_room;
} Screen;

enum { STAYS_AWAY, AT_ONCE_AGAIN, AS_BROWSERS }; /* what a screen does whose connection ended */

extern Screen *screens;
extern char request[4096];
extern int epoll_fd, port, count, packs, boards, wants_hello, coming_back;
extern int upgraded, fresh, lost, dropped, tries, given_up; /* all since the start; the last four of a storm only */
extern double phase_ms, now_ms; /* when this phase began, now */
extern double upgraded_ms, last_ms, first_drop_ms; /* the last 101, the last snapshot or drop, the first drop of the storm */
extern unsigned long long frames, bytes;
extern float *samples, *ways; /* ms from the event to here, from the patch to here */
extern long sample_count, way_count;

double clock_ms(void);
void begin(Screen *screen);
void drop(Screen *screen, int code);
int turn(int wait_ms); /* how many had something to say */
void churn(void);

void take(Screen *screen, unsigned char *data, size_t length);
void silent(Screen *screen);
