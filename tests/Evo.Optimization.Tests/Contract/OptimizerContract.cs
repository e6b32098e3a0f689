using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Evo.Optimization.Tests.Contract;

/// <summary>What every algorithm promises: pure functions, states that survive a file bit for bit, points inside the box.</summary>
public abstract class OptimizerContract
{
    private const int Generations = 15;

    protected abstract IOptimizer Optimizer { get; }

    protected abstract OptimizationProblem Problem { get; }

    /// <summary>Objective values in the problem's directions; some candidates are invalid or infeasible, as in real searches.</summary>
    protected virtual Evaluated Evaluate(ImmutableArray<double> point, int position)
    {
        if (position % 7 == 6)
            return new Evaluated(point, null);
        var values = Problem.Goals.Select((goal, m) => point.Select((x, i) => (x - m - (0.3 * i)) * (x - m - (0.3 * i))).Sum()
            * (goal == Goal.Minimize ? 1 : -1));
        return new Evaluated(point, [.. values], position % 5 == 4 ? position : 0);
    }

    [Fact]
    public void The_same_seed_twice_gives_the_same_points() => Assert.Equal(Trajectory(seed: 42), Trajectory(seed: 42));

    [Fact]
    public void Another_seed_gives_other_points() => Assert.NotEqual(Trajectory(seed: 42), Trajectory(seed: 43));

    [Fact]
    public void Asking_twice_gives_the_same_points_and_never_the_last_generation_again()
    {
        var state = Start();
        for (var generation = 0; generation < Generations; generation++)
        {
            var asked = Optimizer.Ask(state);
            Assert.Equal(Bits(asked), Bits(Optimizer.Ask(state)));
            var next = Optimizer.Tell(state, Answers(asked));
            Assert.NotEqual(Bits(asked), Bits(Optimizer.Ask(next)));
            Assert.Equal(Bits(asked), Bits(Optimizer.Ask(state)));
            state = next;
        }
    }

    [Fact]
    public void A_state_through_text_at_every_generation_changes_no_bit()
    {
        var straight = Start();
        var resumed = Start();
        for (var generation = 0; generation < Generations; generation++)
        {
            var text = Optimizer.Save(resumed).ToJsonString();
            resumed = Optimizer.Load(JsonNode.Parse(text)!.AsObject());
            Assert.Equal(text, Optimizer.Save(resumed).ToJsonString());
            Assert.Equal(Optimizer.Save(straight).ToJsonString(), text);
            Assert.Equal(Bits(Optimizer.Ask(straight)), Bits(Optimizer.Ask(resumed)));
            straight = Optimizer.Tell(straight, Answers(Optimizer.Ask(straight)));
            resumed = Optimizer.Tell(resumed, Answers(Optimizer.Ask(resumed)));
        }

        Assert.Equal(Generations, resumed.Generation);
    }

    [Fact]
    public void Telling_does_not_change_the_state_it_is_given()
    {
        var state = Optimizer.Tell(Start(), Answers(Optimizer.Ask(Start())));
        var before = Optimizer.Save(state).ToJsonString();
        Optimizer.Tell(state, Answers(Optimizer.Ask(state)));
        Assert.Equal(before, Optimizer.Save(state).ToJsonString());
    }

    [Fact]
    public void Points_lie_inside_the_box()
    {
        var state = Start();
        for (var generation = 0; generation < 4 * Generations; generation++)
        {
            var asked = Optimizer.Ask(state);
            foreach (var point in asked)
            {
                Assert.Equal(Problem.Dimension, point.Length);
                Assert.All(point.Zip(Problem.Variables), pair => Assert.InRange(pair.First, pair.Second.Lower, pair.Second.Upper));
            }

            state = Optimizer.Tell(state, Answers(asked));
        }
    }

    [Fact]
    public void Injected_points_are_in_the_first_generation_exactly_and_once()
    {
        ImmutableArray<double> corner = [.. Problem.Variables.Select(variable => variable.Upper)];
        ImmutableArray<double> odd = [.. Problem.Variables.Select((v, i) => v.Lower + ((v.Upper - v.Lower) * (i + 1) / (i + 2.7)))];
        var state = Optimizer.Start(Problem, 1, [corner, odd, corner]);
        var asked = Optimizer.Ask(state);
        Assert.Equal(1, asked.Count(point => point.SequenceEqual(corner)));
        Assert.Equal(1, asked.Count(point => point.SequenceEqual(odd)));

        state = Optimizer.Tell(state, Answers(asked));
        Assert.DoesNotContain(Optimizer.Ask(state), point => point.SequenceEqual(odd));
    }

    [Fact]
    public void A_generation_of_nothing_but_invalid_candidates_is_survived()
    {
        var state = Start();
        for (var generation = 0; generation < 5; generation++)
            state = Optimizer.Tell(state, [.. Optimizer.Ask(state).Select(point => new Evaluated(point, null))]);
        Assert.Equal(5, state.Generation);
        Assert.Null(state.Finished);
        state = Optimizer.Tell(state, Answers(Optimizer.Ask(state)));
        Assert.NotEmpty(Optimizer.Ask(state));
    }

    [Fact]
    public void Values_that_are_not_finite_count_as_invalid()
    {
        var asked = Optimizer.Ask(Start());
        Evaluated[] invalid = [.. Answers(asked)];
        Evaluated[] broken = [.. invalid];
        var size = Problem.Goals.Length;
        invalid[0] = new Evaluated(asked[0], null);
        broken[0] = new Evaluated(asked[0], [.. Enumerable.Repeat(double.NegativeInfinity, size - 1), double.NaN]);
        Assert.Equal(
            Optimizer.Save(Optimizer.Tell(Start(), invalid)).ToJsonString(),
            Optimizer.Save(Optimizer.Tell(Start(), broken)).ToJsonString());
    }

    [Fact]
    public void Answers_in_another_order_or_number_are_refused()
    {
        var asked = Optimizer.Ask(Start());
        Evaluated[] answers = [.. Answers(asked)];
        Assert.Throws<ArgumentException>(() => Optimizer.Tell(Start(), answers[1..]));
        (answers[0], answers[1]) = (answers[1], answers[0]);
        Assert.Throws<ArgumentException>(() => Optimizer.Tell(Start(), answers));
    }

    [Fact]
    public void Problems_and_injected_points_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Optimizer.Start(Problem with { Variables = [] }, 1, []));
        Assert.Throws<ArgumentException>(() => Optimizer.Start(With(new Variable(1, 1)), 1, []));
        Assert.Throws<ArgumentException>(() => Optimizer.Start(With(new Variable(0, double.PositiveInfinity)), 1, []));
        Assert.Throws<ArgumentException>(() => Optimizer.Start(With(new Variable(0, 1, 2)), 1, []));
        Assert.Throws<ArgumentException>(() => Optimizer.Start(Problem, 1, [[0.5]]));
        Assert.Throws<ArgumentException>(() => Optimizer.Start(Problem, 1, [[.. Problem.Variables.Select(v => v.Upper + 1)]]));
    }

    [Fact]
    public void What_is_not_a_saved_state_is_refused()
    {
        Assert.Throws<FormatException>(() => Optimizer.Load([]));
        var complete = Optimizer.Save(Optimizer.Tell(Start(), Answers(Optimizer.Ask(Start()))));
        foreach (var name in complete.Select(member => member.Key).Where(name => name != "finished"))
        {
            var damaged = complete.DeepClone().AsObject();
            damaged.Remove(name);
            Assert.Throws<FormatException>(() => Optimizer.Load(damaged));
        }

        var foreign = complete.DeepClone().AsObject();
        foreign["algorithm"] = "another";
        Assert.Throws<FormatException>(() => Optimizer.Load(foreign));
    }

    protected IEnumerable<Evaluated> AnswersOf(ImmutableArray<ImmutableArray<double>> asked) => asked.Select(Evaluate);

    private Evaluated[] Answers(ImmutableArray<ImmutableArray<double>> asked) => [.. AnswersOf(asked)];

    private IOptimizerState Start() => Optimizer.Start(Problem, 42, []);

    private OptimizationProblem With(Variable first) => Problem with { Variables = Problem.Variables.SetItem(0, first) };

    private string Trajectory(ulong seed)
    {
        var state = Optimizer.Start(Problem, seed, []);
        var bits = new List<string>();
        for (var generation = 0; generation < Generations; generation++)
        {
            var asked = Optimizer.Ask(state);
            bits.Add(Bits(asked));
            state = Optimizer.Tell(state, Answers(asked));
        }

        return string.Join('\n', bits);
    }

    private static string Bits(ImmutableArray<ImmutableArray<double>> points) =>
        string.Join(' ', points.SelectMany(point => point).Select(value => BitConverter.DoubleToInt64Bits(value).ToString("x16")));
}
