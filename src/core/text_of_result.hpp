#pragma once

#include "core/model/result_text.hpp"

namespace cloudops {

/// The text of a result's output, as users see it. Any thread.
ResultText text_of_result(const ExecutionResult& result);

}  // namespace cloudops
