#define _GNU_SOURCE
#include "cli/prompt.h"

#include <ctype.h>
#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "base/environment.h"
#include "base/file.h"

enum { HISTORY_LINES = 1000, CANDIDATES = 200 };

struct pg_prompt {
    EditLine *edit;
    History *history;
    pg_prompt_handler handler;
    const char *text;
    char path[PG_PATH_SIZE]; /* of the history; "": not kept */
    int signals;             /* signalfd */
    sigset_t mask_before;
    bool interrupted;
    bool ended;
    char line[64 << 10];
};

static pg_prompt *prompt_of(EditLine *edit)
{
    void *prompt = NULL;
    el_get(edit, EL_CLIENTDATA, &prompt);
    return prompt;
}

static char *prompt_text(EditLine *edit)
{
    return (char *)prompt_of(edit)->text;
}

/* ---- reading characters, with an eye on the host and on signals ---- */

static void take_signal(pg_prompt *prompt)
{
    struct signalfd_siginfo info;
    if (read(prompt->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGINT)
        prompt->interrupted = true;
    else
        el_resize(prompt->edit);
}

/* The host speaks: its lines take the place of the prompt, which is drawn anew below them. */
static void let_speak(pg_prompt *prompt)
{
    printf("\r\033[K");
    if (!prompt->handler.ready(prompt->handler.self))
        prompt->ended = true;
    fflush(stdout);
    if (!prompt->ended)
        el_set(prompt->edit, EL_REFRESH);
}

/* One character of the terminal, which may be several bytes. 1, 0 at the end, -1 on an interrupt. */
static int read_character(EditLine *edit, wchar_t *out)
{
    pg_prompt *prompt = prompt_of(edit);
    mbstate_t state = { 0 };
    while (!prompt->interrupted && !prompt->ended) {
        struct pollfd ready[] = { { STDIN_FILENO, POLLIN, 0 },
                                  { prompt->signals, POLLIN, 0 },
                                  { prompt->handler.fd, POLLIN, 0 } };
        if (poll(ready, 3, -1) < 0 && errno != EINTR)
            return -1;
        if (ready[1].revents)
            take_signal(prompt);
        else if (ready[2].revents)
            let_speak(prompt);
        else if (ready[0].revents) {
            char byte;
            if (read(STDIN_FILENO, &byte, 1) != 1)
                return 0;
            size_t n = mbrtowc(out, &byte, 1, &state);
            if (n == 1 || n == 0)
                return 1;
            if (n == (size_t)-1)
                state = (mbstate_t){ 0 }; /* no character: left out */
        }
    }
    if (prompt->ended)
        return 0;
    errno = EINTR;
    return -1;
}

/* ---- completion ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || strchr("_.:-/", c);
}

/* Collects the candidates that begin with the word; cuts `text` into lines. */
static int collect(const char **list, char *text, const char *word)
{
    int n = 0;
    char *rest = text;
    for (char *candidate; n < CANDIDATES && (candidate = strtok_r(rest, "\n", &rest));)
        if (strncmp(candidate, word, strlen(word)) == 0)
            list[n++] = candidate;
    return n;
}

static size_t common_length(const char *const *list, int n)
{
    size_t length = strlen(list[0]);
    for (int i = 1; i < n; i++) {
        size_t same = 0;
        while (same < length && list[i][same] == list[0][same])
            same++;
        length = same;
    }
    return length;
}

/* Adds what all candidates have in common, or shows them when that is nothing. */
static unsigned char offer(EditLine *edit, const char *const *list, int n, size_t typed)
{
    size_t common = n > 0 ? common_length(list, n) : 0;
    if (n == 0)
        return CC_REFRESH_BEEP;
    if (common > typed) {
        char added[256];
        snprintf(added, sizeof added, "%.*s", (int)(common - typed), list[0] + typed);
        return el_insertstr(edit, added) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (n == 1)
        return CC_REFRESH_BEEP;
    printf("\n");
    for (int i = 0; i < n; i++)
        printf("%s%s", list[i], i + 1 < n ? "  " : "\n");
    fflush(stdout);
    return CC_REDISPLAY;
}

static unsigned char complete(EditLine *edit, int key)
{
    (void)key;
    pg_prompt *prompt = prompt_of(edit);
    const LineInfo *info = el_line(edit);
    size_t length = (size_t)(info->cursor - info->buffer);
    char *before = strndup(info->buffer, length);
    if (!before)
        return CC_ERROR;
    size_t start = length;
    while (start > 0 && is_word(before[start - 1]))
        start--;
    char *text = prompt->handler.complete(prompt->handler.self, before);
    const char *list[CANDIDATES];
    int n = text ? collect(list, text, before + start) : 0;
    unsigned char result = offer(edit, list, n, length - start);
    free(text);
    free(before);
    return result;
}

/* ---- history ---- */

static void find_history(pg_prompt *prompt)
{
    char folder[PG_PATH_SIZE];
    const char *state = pg_environment_get("XDG_STATE_HOME"), *home = pg_environment_get("HOME");
    if (state && state[0] == '/')
        snprintf(folder, sizeof folder, "%s/perigee", state);
    else if (home && home[0] == '/')
        snprintf(folder, sizeof folder, "%s/.local/state/perigee", home);
    else
        return;
    mode_t before = umask(0077);
    bool made = pg_file_make_folder(folder, NULL) == PG_OK;
    umask(before);
    if (!made || pg_file_join(prompt->path, folder, "history", NULL) != PG_OK)
        prompt->path[0] = '\0';
}

static void load_history(pg_prompt *prompt)
{
    HistEvent event;
    prompt->history = history_init();
    if (!prompt->history)
        return;
    history(prompt->history, &event, H_SETSIZE, HISTORY_LINES);
    history(prompt->history, &event, H_SETUNIQUE, 1);
    find_history(prompt);
    if (prompt->path[0])
        history(prompt->history, &event, H_LOAD, prompt->path);
}

static void save_history(const pg_prompt *prompt)
{
    HistEvent event;
    if (!prompt->history || !prompt->path[0])
        return;
    mode_t before = umask(0077);
    if (history(prompt->history, &event, H_SAVE, prompt->path) >= 0)
        (void)!chmod(prompt->path, 0600); /* a file that was there before keeps its mode otherwise */
    umask(before);
}

/* ---- life ---- */

static pg_status take_signals(pg_prompt *prompt, pg_error *err)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGWINCH);
    signal(SIGINT, SIG_DFL); /* a parent that ignored it (a job in the background) would keep Ctrl-C from us */
    sigprocmask(SIG_BLOCK, &mask, &prompt->mask_before);
    prompt->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    return prompt->signals >= 0 ? PG_OK : pg_fail(err, PG_ERR_IO, "cannot watch signals: %s", strerror(errno));
}

/* libedit draws the prompt before it takes the terminal, and gives it back after every line. A Ctrl-D that is typed in
 * between is an end of file to a terminal that collects lines, and reaches libedit as a zero byte, which means nothing
 * to it. So the terminal does not collect lines between two of ours either; el_end sets it as it was. */
static void keep_keys(EditLine *edit)
{
    el_set(edit, EL_SETTY, "-x", "-icanon", "-iexten", "-echo", NULL);
}

pg_status pg_prompt_new(pg_prompt **made, const char *text, pg_prompt_handler handler, pg_error *err)
{
    pg_prompt *prompt = calloc(1, sizeof *prompt);
    if (!prompt)
        return pg_fail(err, PG_ERR_MEMORY, "no memory for a prompt");
    prompt->text = text;
    prompt->handler = handler;
    pg_status status = take_signals(prompt, err);
    setlocale(LC_CTYPE, ""); /* characters of several bytes; numbers stay as they are */
    prompt->edit = status == PG_OK ? el_init("perigee", stdin, stdout, stderr) : NULL;
    if (status == PG_OK && !prompt->edit)
        status = pg_fail(err, PG_ERR_IO, "this terminal cannot be used for a prompt");
    if (status != PG_OK) {
        pg_prompt_free(prompt);
        return status;
    }
    el_set(prompt->edit, EL_CLIENTDATA, prompt);
    el_set(prompt->edit, EL_PROMPT, prompt_text);
    el_set(prompt->edit, EL_EDITOR, "emacs");
    keep_keys(prompt->edit);
    el_set(prompt->edit, EL_GETCFN, read_character);
    load_history(prompt);
    if (prompt->history)
        el_set(prompt->edit, EL_HIST, history, prompt->history);
    /* The wide form: the other one copies both texts and never frees them. */
    el_wset(prompt->edit, EL_ADDFN, L"perigee-complete", L"complete the word", complete);
    el_set(prompt->edit, EL_BIND, "^I", "perigee-complete", NULL);
    el_set(prompt->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    *made = prompt;
    return PG_OK;
}

void pg_prompt_free(pg_prompt *prompt)
{
    if (!prompt)
        return;
    save_history(prompt);
    if (prompt->edit)
        el_end(prompt->edit);
    if (prompt->history)
        history_end(prompt->history);
    if (prompt->signals >= 0)
        close(prompt->signals);
    sigprocmask(SIG_SETMASK, &prompt->mask_before, NULL);
    free(prompt);
}

/* Keeps a line in the history, unless it is blank. */
static void remember(pg_prompt *prompt)
{
    HistEvent event;
    if (prompt->history && prompt->line[strspn(prompt->line, " \t")])
        history(prompt->history, &event, H_ENTER, prompt->line);
}

const char *pg_prompt_read(pg_prompt *prompt)
{
    for (;;) {
        int count = 0;
        prompt->interrupted = false;
        const char *line = el_gets(prompt->edit, &count);
        if (prompt->interrupted) {
            printf("^C\n");
            fflush(stdout);
            continue;
        }
        if (!line || count <= 0 || prompt->ended)
            return NULL;
        snprintf(prompt->line, sizeof prompt->line, "%.*s", (int)strcspn(line, "\r\n"), line);
        remember(prompt);
        return prompt->line;
    }
}
