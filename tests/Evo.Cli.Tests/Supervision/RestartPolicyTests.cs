using Evo.Cli.Supervision;

namespace Evo.Cli.Tests.Supervision;

public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(75)]
    [InlineData(130)]
    [InlineData(143)]
    public void A_run_that_says_how_it_ended_is_believed(int code) =>
        Assert.Equal(RestartDecision.HandOn, new RestartPolicy().After(code, Quick));

    [Theory]
    [InlineData(134)] // abort
    [InlineData(137)] // kill -9, out of memory
    [InlineData(139)] // segmentation fault
    [InlineData(1)]
    public void A_crash_is_restarted(int code) =>
        Assert.Equal(TimeSpan.FromSeconds(1), new RestartPolicy().After(code, Quick).Delay);

    [Fact]
    public void Quick_crashes_wait_longer_each_time_and_are_given_up_after_ten()
    {
        var policy = new RestartPolicy();
        var delays = Enumerable.Range(0, 10).Select(_ => policy.After(137, Quick).Delay!.Value.TotalSeconds);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 60], delays);
        Assert.Equal(RestartDecision.HandOn, policy.After(137, Quick));
    }

    [Fact]
    public void A_long_healthy_run_forgives_earlier_crashes()
    {
        var policy = new RestartPolicy();
        for (var i = 0; i < 10; i++) policy.After(137, Quick);
        Assert.Equal(TimeSpan.FromSeconds(1), policy.After(137, RestartPolicy.HealthyRun).Delay);
    }
}
