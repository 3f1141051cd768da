#include "core/engine.hpp"

#include "core/engine_core.hpp"
#include "core/runtime.hpp"
#include "core/validate/parse_config.hpp"

#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace cloudops {

namespace {

/// Whoever passes no callback does not want to hear.
template <class T>
Engine::Callback<T> heard(Engine::Callback<T> answer) {
  return answer ? std::move(answer) : [](const Expected<T>&) {};
}

class NobodyListens final : public EventSink {
 public:
  bool deliver(Event) override { return true; }
};

Config checked(Config config) {
  if (const auto fault = fault_of(config)) throw std::invalid_argument("cloudops::Config: " + *fault);
  return config;
}

}  // namespace

struct Engine::Parts {
  Parts(Config given, std::shared_ptr<EventSink> sink, System& system, ChildSignals child_signals)
      : config(checked(std::move(given))),
        runtime(child_signals),
        core(config, sink ? std::move(sink) : std::make_shared<NobodyListens>(), runtime, system) {}

  const Config config;
  Runtime runtime;
  EngineCore core;
};

template <class Work>
void Engine::on_engine(Work work) {
  parts_->runtime.post([core = &parts_->core, work = std::move(work)]() mutable { work(*core); });
}

Engine::Engine(Config config, std::shared_ptr<EventSink> sink, System& system, ChildSignals child_signals)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(sink), system, child_signals)), made_by_(::getpid()) {
  if (this->config().enable_auto_cleanup) start_cleanup_task();
}

Engine::~Engine() {
  if (::getpid() != made_by_) {
    leave_to_the_parent();
    return;
  }
  send_held();
  on_engine([](EngineCore& core) { core.shut_down(); });
  if (!parts_->runtime.works_here()) {
    parts_->runtime.join();
    return;
  }
  // In a callback or handler, which cannot wait for its own end.
  std::thread([parts = std::move(parts_)] {
    parts->runtime.join();
    parts->runtime.let_work_end();
  }).detach();
}

void Engine::leave_to_the_parent() {
  // Its thread is not in this process, its descriptors are the other's, too. Kept, so that it is no leak.
  static auto& abandoned = *new std::vector<std::unique_ptr<Parts>>();
  abandoned.push_back(std::move(parts_));
}

const Config& Engine::config() const { return parts_->config; }

void Engine::join() {
  parts_->runtime.join();
  // The records stay, for the readers of finished executions; descriptors and memory of the machine do not.
  on_engine([](EngineCore& core) { core.release_machine(); });
  parts_->runtime.release();
}

void Engine::submit(Value request, Environment environment, std::shared_ptr<SubmitTicket> ticket,
                    Callback<Uuid> answer) {
  on_engine([request = std::move(request), environment = std::move(environment), ticket = std::move(ticket),
             answer = heard(std::move(answer))](EngineCore& core) {
    core.submit(request, environment, ticket.get(), answer);
  });
}

void Engine::hold() { parts_->runtime.hold_posts(); }

void Engine::send_held() { parts_->runtime.send_held(); }

void Engine::run(Value request, Environment environment, Callback<Outcome> answer) {
  on_engine([request = std::move(request), environment = std::move(environment),
             answer = heard(std::move(answer))](EngineCore& core) mutable {
    core.submit(request, environment, nullptr, [&](Expected<Uuid> id) {
      if (!id) return answer(std::move(id).error());
      core.wait(*id, std::move(answer));
    });
  });
}

void Engine::submit_plan(Value plan, Environment environment, std::shared_ptr<SubmitTicket> ticket,
                         Callback<Uuid> answer) {
  on_engine([plan = std::move(plan), environment = std::move(environment), ticket = std::move(ticket),
             answer = heard(std::move(answer))](EngineCore& core) {
    core.submit_plan(plan, environment, ticket.get(), answer);
  });
}

void Engine::wait_plan(const Uuid& id, Callback<PlanResultPtr> answer) {
  on_engine(
      [id, answer = heard(std::move(answer))](EngineCore& core) mutable { core.wait_plan(id, std::move(answer)); });
}

void Engine::plan_result(const Uuid& id, Callback<PlanResultPtr> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.plan_result(id, answer); });
}

void Engine::wait(const Uuid& id, Callback<Outcome> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) mutable { core.wait(id, std::move(answer)); });
}

void Engine::cancel(const Uuid& id, Callback<std::monostate> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.cancel(id, answer); });
}

void Engine::status(const Uuid& id, Callback<ExecutionStatus> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.status(id, answer); });
}

void Engine::result(const Uuid& id, Callback<ResultPtr> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.result(id, answer); });
}

void Engine::list(Callback<std::vector<ExecutionSummary>> answer) {
  on_engine([answer = heard(std::move(answer))](EngineCore& core) { core.list(answer); });
}

void Engine::stats(Callback<ExecutionStats> answer) {
  on_engine([answer = heard(std::move(answer))](EngineCore& core) { core.stats(answer); });
}

void Engine::concurrency(Callback<ConcurrencyMetrics> answer) {
  on_engine([answer = heard(std::move(answer))](EngineCore& core) { core.concurrency(answer); });
}

void Engine::output(const Uuid& id, OutputStream stream, Callback<std::string> answer) {
  on_engine([id, stream, answer = heard(std::move(answer))](EngineCore& core) { core.output(id, stream, answer); });
}

void Engine::log_file(const Uuid& id, Callback<std::string> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.log_file(id, answer); });
}

Expected<std::string> Engine::log_path(const Uuid& id) const {
  auto path = parts_->core.logs().find(id);
  if (!path) return unknown_execution(id);
  if (path->empty()) return has_no_log(id);
  return *std::move(path);
}

void Engine::write_stdin(const Uuid& id, std::string data, Callback<std::monostate> answer) {
  on_engine([id, data = std::move(data), answer = heard(std::move(answer))](EngineCore& core) mutable {
    core.write_stdin(id, std::move(data), std::move(answer));
  });
}

void Engine::close_stdin(const Uuid& id, Callback<std::monostate> answer) {
  on_engine(
      [id, answer = heard(std::move(answer))](EngineCore& core) mutable { core.close_stdin(id, std::move(answer)); });
}

void Engine::remove(const Uuid& id, Callback<std::monostate> answer) {
  on_engine([id, answer = heard(std::move(answer))](EngineCore& core) { core.remove(id, answer); });
}

void Engine::clean_up(Callback<std::size_t> answer) {
  on_engine([answer = heard(std::move(answer))](EngineCore& core) mutable { core.clean_up(std::move(answer)); });
}

void Engine::start_cleanup_task() {
  on_engine([](EngineCore& core) { core.start_cleanup_task(); });
}

void Engine::stop_cleanup_task() {
  on_engine([](EngineCore& core) { core.stop_cleanup_task(); });
}

void Engine::resume_reading(const Uuid& id) {
  on_engine([id](EngineCore& core) { core.resume_reading(id); });
}

void Engine::close(CloseOptions options, Callback<std::monostate> answer) {
  on_engine([options, answer = heard(std::move(answer))](EngineCore& core) mutable {
    core.close(options, std::move(answer));
  });
}

}  // namespace cloudops
