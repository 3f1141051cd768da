/* What the host tells its guard: a file in memory that both map, the host for writing. C and C++. */
#ifndef CLOUDOPS_GUARD_TABLE_H
#define CLOUDOPS_GUARD_TABLE_H

#include <stdint.h>

enum { cloudops_guard_slots = 131072 };

/* One running tree. mark 0: not marked; leader 0: not known. Both 0: a free slot. */
struct cloudops_guard_slot {
  uint64_t mark;
  int32_t leader;
  int32_t unused;
};

/* Sparse: only the pages of slots that were ever used take memory. */
struct cloudops_guard_table {
  /* The host's pid. */
  int32_t host;
  /* Slots from here on were never used. */
  uint32_t used;
  struct cloudops_guard_slot slots[cloudops_guard_slots];
};

#endif
