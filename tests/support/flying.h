/* Strategies for tests of runners and replays. */
#ifndef PG_TESTS_SUPPORT_FLYING_H
#define PG_TESTS_SUPPORT_FLYING_H

/* Quotes around the touch and counts what it sees. */
#define FLYING_HEAD(comment)                                                                                           \
    "-- " comment "\n"                                                                                                 \
    "local S = strategy { name = 'flying', params = {\n"                                                               \
    "  edge = { 0, min = 0, max = 100 }, size = { 0.1, min = 0, max = 10 } } }\n"                                      \
    "function S:on_start(ctx)\n"                                                                                       \
    "  self.state = { books = 0, fills = 0, ticks = 0, sums = { held = 0 } }\n"                                        \
    "  ctx:every(700)\n"                                                                                               \
    "end\n"                                                                                                            \
    "function S:on_timer(ctx) self.state.ticks = self.state.ticks + 1 end\n"                                           \
    "function S:on_fill(ctx, fill)\n"                                                                                  \
    "  local s = self.state\n"                                                                                         \
    "  s.fills = s.fills + 1\n"                                                                                        \
    "  s.sums.held = s.sums.held + (fill.side == 'buy' and fill.size or -fill.size)\n"                                 \
    "end\n"

#define FLYING_QUOTE                                                                                                   \
    "function S:quote(ctx)\n"                                                                                          \
    "  if not ctx.mid then return end\n"                                                                               \
    "  local p = self.params\n"                                                                                        \
    "  ctx:explain('edge', p.edge)\n"                                                                                  \
    "  ctx:quote { bid = { ctx.bid - p.edge * ctx.tick, p.size }, ask = { ctx.ask + p.edge * ctx.tick, p.size } }\n"   \
    "end\n"

#define FLYING_BOOK                                                                                                    \
    "function S:on_book(ctx)\n"                                                                                        \
    "  self.state.books = self.state.books + 1\n"                                                                      \
    "  self:quote(ctx)\n"                                                                                              \
    "end\n"

#define FLYING(comment) FLYING_HEAD(comment) FLYING_QUOTE FLYING_BOOK "return S\n"

/* Fails at the n-th book that it sees at the controls (or, with in_shadow, anywhere); it knows by its state. */
#define FLYING_FAILS(comment, condition, before)                                                                       \
    FLYING_HEAD(comment)                                                                                               \
    FLYING_QUOTE                                                                                                       \
    "function S:on_reload(ctx, state, version)\n"                                                                      \
    "  self.state = state\n"                                                                                           \
    "  self.state.since = 0\n"                                                                                         \
    "end\n"                                                                                                            \
    "function S:on_book(ctx)\n"                                                                                        \
    "  local s = self.state\n"                                                                                         \
    "  s.books = s.books + 1\n"                                                                                        \
    "  if s.since then s.since = s.since + 1 end\n"                                                                    \
    "  if " condition " then " before " error('broken on purpose') end\n"                                              \
    "  self:quote(ctx)\n"                                                                                              \
    "end\n"                                                                                                            \
    "return S\n"

#endif
