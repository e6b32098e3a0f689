using Evo.Optimization.Benchmarks;

// dotnet run -c Release --project benchmarks/Evo.Optimization.Benchmarks [runs]
var runs = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 25;
CmaEsEvaluations.Unbounded(runs);
CmaEsEvaluations.Boxes(runs);
Nsga2Fronts.Zdts(Math.Min(runs, 15));
StepTimes.Print();
