using System.Text.Json.Nodes;
using Evo.Optimization.CmaEs;
using Evo.Optimization.Settings;

namespace Evo.Optimization.Tests.Settings;

public class OptimizersTests
{
    [Fact]
    public void Lists_every_algorithm_with_what_it_takes()
    {
        Assert.Equal(["cma-es", "nsga2"], Optimizers.All.Select(algorithm => algorithm.Name));
        Assert.All(Optimizers.All, algorithm =>
        {
            Assert.Equal(algorithm.Name, Optimizers.Create(algorithm.Name).Name);
            Assert.Same(algorithm, Optimizers.Find(algorithm.Name));
            Assert.All(algorithm.Settings, setting => Assert.NotEmpty(setting.Default + setting.Range + setting.Description));
        });
        Assert.Equal([false, true], Optimizers.All.Select(algorithm => algorithm.ManyObjectives));
        Assert.Null(Optimizers.Find("CMA-ES"));
    }

    [Fact]
    public void The_ends_of_every_range_are_accepted_and_what_lies_beyond_is_refused()
    {
        foreach (var algorithm in Optimizers.All)
        {
            foreach (var setting in algorithm.Settings.Where(setting => setting.Kind != SettingKind.Choice))
            {
                foreach (var (end, beyond) in new[] { (setting.Minimum, setting.Minimum - 1), (setting.Maximum, setting.Maximum + 1) })
                {
                    if (!double.IsFinite(end))
                        continue;
                    Optimizers.Create(algorithm.Name, new() { [setting.Name] = end });
                    Refused(algorithm.Name, new() { [setting.Name] = beyond }, setting.Name, setting.Range);
                }
            }
        }
    }

    [Fact]
    public void Every_documented_choice_is_accepted()
    {
        foreach (var choice in Optimizers.Find("cma-es")!.Settings.Single(setting => setting.Name == "restarts").Choices)
            Optimizers.Create("cma-es", new() { ["restarts"] = choice });
    }

    [Fact]
    public void Documented_defaults_are_the_defaults()
    {
        foreach (var algorithm in Optimizers.All)
        {
            var problem = new OptimizationProblem([new Variable(0, 1), new Variable(0, 1)], [Goal.Minimize]);
            var settings = new JsonObject();
            foreach (var setting in algorithm.Settings.Where(setting => setting.Name != "population" || algorithm.Name != "cma-es"))
            {
                settings[setting.Name] = setting.Kind == SettingKind.Choice
                    ? setting.Default
                    : double.Parse(setting.Default, System.Globalization.CultureInfo.InvariantCulture);
            }

            var (written, silent) = (Optimizers.Create(algorithm.Name, settings), Optimizers.Create(algorithm.Name));
            Assert.Equal(
                silent.Save(silent.Start(problem, 1, [])).ToJsonString(), written.Save(written.Start(problem, 1, [])).ToJsonString());
        }
    }

    [Fact]
    public void Refusals_name_the_setting_and_what_is_allowed()
    {
        Refused("cma-es", new() { ["popsize"] = 10 }, "popsize", "population");
        Refused("cma-es", new() { ["sigma"] = "big" }, "sigma", "number");
        Refused("cma-es", new() { ["population"] = 10.5 }, "population", "whole number");
        Refused("cma-es", new() { ["restarts"] = "sometimes" }, "restarts", "none | ipop | bipop");
        Refused("nsga2", new() { ["crossover_probability"] = true }, "crossover_probability", "number");
        Refused("simulated-annealing", [], "simulated-annealing", "cma-es, nsga2");
    }

    [Fact]
    public void A_state_goes_on_with_the_settings_it_was_started_with()
    {
        var problem = new OptimizationProblem([new Variable(0, 1), new Variable(0, 1)], [Goal.Minimize]);
        var started = Optimizers.Create("cma-es", new() { ["population"] = 12, ["sigma"] = 0.1, ["restarts"] = "bipop" });
        var saved = started.Save(started.Start(problem, 1, []));
        var other = Optimizers.Create("cma-es");
        var loaded = (CmaEsState)other.Load(saved);
        Assert.Equal(new CmaEsSettings(12, 0.1, RestartMode.Bipop), loaded.Settings);
        Assert.Equal(12, other.Ask(loaded).Length);
    }

    private static void Refused(string algorithm, JsonObject settings, params string[] mentions)
    {
        var error = Assert.Throws<OptimizerSettingsException>(() => Optimizers.Create(algorithm, settings));
        Assert.All(mentions, mention => Assert.Contains(mention, error.Message, StringComparison.Ordinal));
    }
}
