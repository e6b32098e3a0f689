using Evo.Cli.Signals;

namespace Evo.Cli.Tests.Signals;

public sealed class ShutdownSignalsTests
{
    private readonly ManualTime _time = new();
    private readonly List<int> _exits = [];

    [Fact]
    public void The_first_signal_asks_for_a_clean_stop()
    {
        using var signals = Create(supervised: false);
        signals.Receive(130);
        Assert.True(signals.Stop.IsCancellationRequested);
        Assert.Empty(_exits);
    }

    [Theory]
    [InlineData(130)]
    [InlineData(143)]
    public void A_second_signal_ends_the_process_with_its_own_code(int code)
    {
        using var signals = Create(supervised: false);
        signals.Receive(130);
        signals.Receive(code);
        Assert.Equal([code], _exits);
    }

    [Fact]
    public void Under_a_supervisor_the_forwarded_echo_of_a_signal_is_not_a_second_one()
    {
        using var signals = Create(supervised: true);
        signals.Receive(130);
        _time.Advance(SignalSequence.EchoWindow / 2);
        signals.Receive(130);
        Assert.Empty(_exits);
        _time.Advance(SignalSequence.EchoWindow);
        signals.Receive(130);
        Assert.Equal([130], _exits);
    }

    private ShutdownSignals Create(bool supervised) => new(_ => { }, _exits.Add, _time, supervised);

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
