/* perigee attach: the console of a running host. */
#include <ctype.h>
#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console_client.h"
#include "cli/options.h"
#include "cli/prompt.h"

enum { HELP = 256, SOCKET, WRITE, FOLLOW, TIMEOUT, MAX_LINES = 256 };

static const char help[] =
    "perigee attach [options]\n"
    "\n"
    "A console on the host that runs in this folder. Type help there for its commands. Without a\n"
    "terminal it takes its commands from standard input.\n"
    "\n"
    "  -e, --eval 'LINE'   run this line and end; may be repeated. The exit status is 1 when one fails,\n"
    "                      and the rest is not run\n"
    "  --write             allow lines that change things; without it they are refused\n"
    "  --follow            show what the host has to tell until it ends\n"
    "  --socket PATH       the host's socket (" PG_CONSOLE_SOCKET ")\n"
    "  --timeout TIME      wait for an answer at most so long (10s)\n";

static const struct option long_options[] = {
    { "eval", required_argument, NULL, 'e' },
    { "follow", no_argument, NULL, FOLLOW },
    { "help", no_argument, NULL, HELP },
    { "socket", required_argument, NULL, SOCKET },
    { "timeout", required_argument, NULL, TIMEOUT },
    { "write", no_argument, NULL, WRITE },
    { NULL, 0, NULL, 0 },
};

typedef struct {
    const char *socket;
    const char *lines[MAX_LINES];
    int line_count;
    bool write, follow;
    double timeout_s;
    bool gone; /* the host has ended */
    pg_console_client *client;
} session;

/* Scripts and venues have a hand in these texts: nothing in them may command the terminal. */
static void print_text(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++)
        putc(iscntrl((unsigned char)*c) && *c != '\n' && *c != '\t' ? '?' : *c, out);
    if (*text && text[strlen(text) - 1] != '\n')
        putc('\n', out);
    fflush(out);
}

static void said(void *self, const char *text)
{
    (void)self;
    print_text(stdout, text);
}

/* Runs one line. 0 when the host says it is done, 1 when it is refused, -1 when there is no answer. */
static int run_line(session *s, const char *line)
{
    pg_error err = { 0 };
    bool ok = false;
    char *text = NULL;
    if (pg_console_client_ask(s->client, line, s->write, s->timeout_s, &ok, &text, &err) != PG_OK) {
        pg_cli_fail("attach", &err);
        return -1;
    }
    print_text(ok ? stdout : stderr, text);
    free(text);
    return ok ? 0 : 1;
}

static int run_given(session *s)
{
    for (int i = 0; i < s->line_count; i++)
        if (run_line(s, s->lines[i]) != 0)
            return 1;
    return 0;
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

/* Standard input is no terminal: every line is run; the status tells whether all went well. */
static int run_input(session *s)
{
    char *line = NULL;
    size_t size = 0;
    int failed = 0;
    for (ssize_t n; failed >= 0 && (n = getline(&line, &size, stdin)) > 0;) {
        line[strcspn(line, "\r\n")] = '\0';
        int result = is_blank(line) ? 0 : run_line(s, line);
        failed = result < 0 ? -1 : failed | result;
    }
    free(line);
    return failed != 0;
}

static int run_follow(session *s)
{
    pg_error err = { 0 };
    pg_status status = pg_console_client_follow(s->client, s, said, s->timeout_s, &err);
    while (status == PG_OK) {
        struct pollfd ready = { pg_console_client_fd(s->client), POLLIN, 0 };
        if (poll(&ready, 1, -1) > 0)
            status = pg_console_client_hear(s->client, &err);
    }
    return pg_cli_fail("attach", &err);
}

/* ---- the prompt ---- */

static char *candidates(void *self, const char *before)
{
    session *s = self;
    char *text = NULL;
    return pg_console_client_complete(s->client, before, s->timeout_s, &text, NULL) == PG_OK ? text : NULL;
}

static bool host_speaks(void *self)
{
    session *s = self;
    pg_error err = { 0 };
    if (pg_console_client_hear(s->client, &err) == PG_OK)
        return true;
    pg_cli_fail("attach", &err);
    s->gone = true;
    return false;
}

static int run_prompt(session *s)
{
    pg_error err = { 0 };
    pg_prompt *prompt;
    pg_prompt_handler handler = { s, candidates, pg_console_client_fd(s->client), host_speaks };
    if (pg_console_client_follow(s->client, s, said, s->timeout_s, &err) != PG_OK ||
        pg_prompt_new(&prompt, s->write ? "perigee# " : "perigee> ", handler, &err) != PG_OK)
        return pg_cli_fail("attach", &err);
    int result = 0;
    for (const char *line; result >= 0 && (line = pg_prompt_read(prompt));) {
        if (strcmp(line, "exit") == 0 || strcmp(line, "quit") == 0)
            break;
        if (!is_blank(line))
            result = run_line(s, line);
    }
    pg_prompt_free(prompt);
    return result < 0 || s->gone;
}

/* ---- options ---- */

static int parse(session *s, int argc, char **argv)
{
    pg_error err = { 0 };
    int option;
    optind = 1;
    while ((option = getopt_long(argc, argv, "e:", long_options, NULL)) != -1) {
        switch (option) {
        case 'e':
            if (s->line_count == MAX_LINES) {
                fprintf(stderr, "perigee attach: more than %d lines; put them on standard input\n", MAX_LINES);
                return 2;
            }
            s->lines[s->line_count++] = optarg;
            break;
        case SOCKET: s->socket = optarg; break;
        case WRITE: s->write = true; break;
        case FOLLOW: s->follow = true; break;
        case TIMEOUT:
            if (pg_option_duration(&s->timeout_s, "timeout", optarg, &err) != PG_OK) {
                pg_cli_fail("attach", &err);
                return 2;
            }
            break;
        case HELP: fputs(help, stdout); return 0;
        default: fprintf(stderr, "perigee attach --help lists the options\n"); return 2;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "perigee attach: what is '%s'? A line to run is given by -e 'LINE'\n", argv[optind]);
    return 2;
}

int pg_cli_attach(int argc, char **argv)
{
    session s = { .socket = PG_CONSOLE_SOCKET, .timeout_s = 10 };
    pg_error err = { 0 };
    int result = parse(&s, argc, argv);
    if (result >= 0)
        return result;
    if (pg_console_client_open(&s.client, s.socket, &err) != PG_OK)
        return pg_cli_fail("attach", &err);
    if (s.line_count > 0)
        result = run_given(&s);
    else if (s.follow)
        result = run_follow(&s);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        result = run_prompt(&s);
    else
        result = run_input(&s);
    pg_console_client_close(s.client);
    return result;
}
