import type { ExecutionMetadata, ExecutionRequest } from './request';
import type { ExecutionResult, TerminalStatus } from './result';

/** Several commands that belong together. All are validated before any runs; they wait for slots instead of failing. */
export interface ExecutionPlan {
  /** UUID. Default: a new version 4 UUID. */
  id?: string | undefined;
  description: string;
  strategy: PlanStrategy;
  /** At least one. */
  commands: readonly ExecutionRequest[];
  /** For whoever keeps the plan: a plan's result and events have no place for it. Those of its commands are echoed. */
  metadata?: ExecutionMetadata | null | undefined;
}

/** In which order; told apart by `type`. */
export type PlanStrategy = SerialStrategy | ParallelStrategy | DependencyGraphStrategy;

/** One command after another, in the order given. */
export interface SerialStrategy {
  type: 'serial';
  /** A command without success stops the rest. Default true. */
  stop_on_error?: boolean | undefined;
}

/** All at once, as slots allow. */
export interface ParallelStrategy {
  type: 'parallel';
  /** At least 1; who comes first is decided by `priority`. Default: only the engine's slots limit it. */
  max_concurrency?: number | null | undefined;
}

/** A command starts as soon as all it depends on have succeeded. */
export interface DependencyGraphStrategy {
  type: 'dependency_graph';
  /** Index of a command to the indices it waits for. A cycle rejects with INVALID_PLAN. */
  dependencies: Readonly<Record<number, readonly number[]>>;
  /** At least 1; who comes first is decided by `priority`. Default: only the engine's slots limit it. */
  max_concurrency?: number | null | undefined;
}

/** What became of a plan. */
export interface PlanExecutionResult {
  /** Lower case. */
  plan_id: string;
  /** completed: all succeeded; else cancelled, if it was; else timeout, if only timeouts; else failed. */
  status: TerminalStatus;
  /** `results[i]` is always `commands[i]`; what never ran is `cancelled` with an `error` that says why. */
  results: ExecutionResult[];
  /** For a person: "2s 500ms". */
  total_duration: string;
  /** Milliseconds. */
  total_duration_ms: number;
  stats: PlanStats;
}

/** Counts of a plan's commands by how they ended. */
export interface PlanStats {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  timeout: number;
}
