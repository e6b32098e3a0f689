using Evo.Inference.Devices;
using Evo.Inference.Generation;
using Evo.Inference.Graphs;
using Evo.Inference.Sessions;
using Evo.Inference.Tests.Golden;

namespace Evo.Inference.Tests.Generation;

/// <summary>Bits of logits, below the level of tokens: what shares a run, which slot, how much room and how much padding must not matter.</summary>
public sealed class DecodeLaneTests
{
    private static readonly Device Cpu = new(null, OnnxType.Float);

    public static TheoryData<string> Names => GoldenModel.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_have_the_same_bits_in_any_slot_company_and_capacity(string name)
    {
        using var golden = GoldenModel.Open(name);
        var config = DecoderConfig.Read(golden.Config);
        using var weights = new BoundWeights(config, golden.Weights, Cpu);
        using var session = new DecoderSession(DecoderGraph.Decoding(config, OnnxType.Float), weights);
        var (sequence, others) = (golden.Sequences[0], new[] { golden.Sequences[1], golden.Sequences[2] });

        using var alone = new DecodeLane(config, session, new KeyValueCache(config, Cpu, slots: 2, capacity: 40));
        alone.Prefill(0, [sequence], wantsLogits: true);
        var expectedFirst = alone.Logits(0).ToArray();
        alone.Step([5, 0], [sequence.Length, 0], wantsLogits: true);
        var expectedSecond = alone.Logits(0).ToArray();

        using var crowded = new DecodeLane(config, session, new KeyValueCache(config, Cpu, slots: 5, capacity: 128));
        crowded.Prefill(0, [others[0], others[1]], wantsLogits: false);
        crowded.Prefill(2, [others[1], sequence, others[0]], wantsLogits: true);
        Assert.Equal(expectedFirst, crowded.Logits(1).ToArray());
        crowded.Cache.Copy(from: 3, to: 1, sequence.Length);
        crowded.Step([9, 5, 9, 5], [others[0].Length, sequence.Length, others[1].Length, sequence.Length], wantsLogits: true);
        Assert.Equal(expectedSecond, crowded.Logits(1).ToArray());
        Assert.Equal(expectedSecond, crowded.Logits(3).ToArray());
    }

    [Fact]
    public void A_prompt_of_one_token_has_the_same_bits_alone_and_beside_a_long_one()
    {
        using var golden = GoldenModel.Open("llama");
        var config = DecoderConfig.Read(golden.Config);
        using var weights = new BoundWeights(config, golden.Weights, Cpu);
        using var session = new DecoderSession(DecoderGraph.Decoding(config, OnnxType.Float), weights);
        using var lane = new DecodeLane(config, session, new KeyValueCache(config, Cpu, slots: 4, capacity: 32));

        lane.Prefill(0, [new[] { 3 }], wantsLogits: true);
        var alone = lane.Logits(0).ToArray();
        lane.Prefill(1, [golden.Sequences[2], new[] { 3 }], wantsLogits: true);

        Assert.Equal(alone, lane.Logits(1).ToArray());
    }
}
