#pragma once

namespace cloudops {

/// Whether the calling thread takes SIGCHLD, to be decided anew before it starts a child.
///
/// The kernel offers a child's SIGCHLD to the thread that started it. Where that thread blocks the signal, it is kept
/// for the others, and interrupts one of them, the host's main thread as a rule, at the end of every child: a pass
/// through its event loop for nothing. Where the thread takes it and the host has no handler, it is dropped on the
/// spot. A host that has a handler gets it on a thread of its own: then this one blocks it.
void drop_unheard_child_signal();

}  // namespace cloudops
