#pragma once
#include <spawn.h>

// glibc has it since 2.34 and shows it only to programs that ask for more than POSIX, which Swift's module does not.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);

// Lets a child close every descriptor from one on.
static inline int tipoff_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
