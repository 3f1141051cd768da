#pragma once

#include "core/model/result_text.hpp"

namespace cloudops {

/// The text of a result's output, as users see it: of a truncated stream without the character that the limit cut in
/// two, which is dropped rather than called lossy, and with its warning. Any thread. Must not outlive the result.
ResultText text_of_result(const ExecutionResult& result);

}  // namespace cloudops
