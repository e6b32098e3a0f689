namespace Evo.Optimization.Tests.Contract;

public class CmaEsContract : OptimizerContract
{
    protected override IOptimizer Optimizer => Optimizers.Create("cma-es");

    protected override OptimizationProblem Problem { get; } = new(
        [new Variable(0, 1), new Variable(-2, 2, 1.5), new Variable(10, 20, 10), new Variable(-1e-3, 1e-3), new Variable(0, 1)],
        [Goal.Maximize]);
}

/// <summary>A coarse tolerance makes runs restart every few generations.</summary>
public class CmaEsBipopContract : OptimizerContract
{
    protected override IOptimizer Optimizer => Optimizers.Create(
        "cma-es", new() { ["population"] = 8, ["restarts"] = "bipop", ["max_restarts"] = 20, ["tolerance_x"] = 0.9 });

    protected override OptimizationProblem Problem { get; } = new([new Variable(0, 1), new Variable(-2, 2)], [Goal.Minimize]);
}

public class Nsga2Contract : OptimizerContract
{
    protected override IOptimizer Optimizer => Optimizers.Create("nsga2", new() { ["population"] = 22 });

    protected override OptimizationProblem Problem { get; } = new(
        [new Variable(0, 1), new Variable(-2, 2, 1.5), new Variable(10, 20)], [Goal.Maximize, Goal.Minimize]);
}

public class Nsga2SingleObjectiveContract : OptimizerContract
{
    protected override IOptimizer Optimizer => Optimizers.Create("nsga2", new() { ["population"] = 9 });

    protected override OptimizationProblem Problem { get; } = new([new Variable(0, 1), new Variable(-2, 2)], [Goal.Maximize]);
}
