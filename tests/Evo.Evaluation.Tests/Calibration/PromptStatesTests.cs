using Evo.Evaluation.Calibration;
using Evo.Inference.Activations;
using Evo.Merging;
using Evo.Merging.Experts;

namespace Evo.Evaluation.Tests.Calibration;

/// <summary>What routers of mixtures are made of: a small trained model's states of prompts.</summary>
public sealed class PromptStatesTests
{
    [Fact]
    public void The_first_layers_states_are_token_embeddings()
    {
        using var scene = new CalibrationScene();
        using var states = new PromptStates(scene.Parents, scene.Base);
        var embedding = scene.Parents.Tensor(scene.Base, "model.embed_tokens.weight")!;
        var tokens = states.Tokens("sort 3 1 2");
        Assert.True(tokens.Length > 3);
        var width = (int)embedding.Tensor.Shape[1];
        var rows = tokens.Select(token =>
        {
            var row = new float[width];
            embedding.ReadFloats((long)token * width, row);
            return row;
        }).ToArray();
        var (last, mean) = (states.HiddenStates(["sort 3 1 2"], average: false), states.HiddenStates(["sort 3 1 2"], average: true));
        Assert.Equal(scene.Parents[scene.Base].Config.NumHiddenLayers, last.Length);
        for (var i = 0; i < width; i++)
        {
            Assert.Equal(rows[^1][i], last[0][i], 1e-6f);
            Assert.Equal(rows.Average(row => row[i]), mean[0][i], 1e-6f);
        }
    }

    [Fact]
    public void Later_layers_states_are_those_after_the_layer_before_averaged_over_prompts()
    {
        using var scene = new CalibrationScene();
        using var states = new PromptStates(scene.Parents, scene.Base);
        string[] prompts = ["add 1+2", "the sun"];
        var together = states.HiddenStates(prompts, average: false);
        var apart = prompts.Select(prompt => states.HiddenStates([prompt], average: false)).ToArray();
        for (var layer = 0; layer < together.Length; layer++)
            for (var i = 0; i < together[layer].Length; i++)
                Assert.Equal((apart[0][layer][i] + (double)apart[1][layer][i]) / 2, together[layer][i], 1e-4);
        var seen = new LastToken(together.Length);
        ActivationProbe.Run(new FolderWeights(scene.Parents[scene.Base]), [states.Tokens(prompts[0]).AsMemory()], seen);
        Assert.Equal(seen.AfterFirstLayer!, apart[0][1]);
    }

    [Fact]
    public void A_mixture_of_the_familys_experts_sends_prompts_to_their_own()
    {
        using var scene = new CalibrationScene();
        var recipe = ExpertsRecipeReader.TryRead(
            $"{{base_model: {scene.Base}, experts_per_token: 1, experts: [{{source_model: {scene.Addition}, positive_prompts: ['12+30=']}}, {{source_model: {scene.Base}, positive_prompts: ['the sun is']}}]}}", "moe.yaml")!;
        using var states = new PromptStates(scene.Parents, scene.Base);
        var plan = ExpertsPlan.Create(recipe, scene.Parents, states);
        var router = plan.Tensors.First(tensor => tensor.Output.Name == "model.layers.1.block_sparse_moe.gate.weight").Models[0];
        var width = (int)router.Tensor.Shape[1];
        var rows = new float[2 * width];
        router.ReadFloats(0, rows);
        var state = states.HiddenStates(["12+30="], average: false)[1];
        Assert.True(Dot(rows[..width], state) > Dot(rows[width..], state));
        Assert.Equal(1, Dot(rows[..width], rows[..width]), 1e-5);

        static double Dot(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum();
    }

    [Fact]
    public void A_prompt_longer_than_the_models_window_is_refused()
    {
        using var scene = new CalibrationScene();
        using var states = new PromptStates(scene.Parents, scene.Base);
        Assert.Throws<RecipeException>(() => states.HiddenStates([string.Concat(Enumerable.Repeat("sun ", 100_000))], average: false));
    }

    private sealed class LastToken(int layers) : IActivationVisitor
    {
        public float[]? AfterFirstLayer { get; private set; }

        public bool Wants(int layer, ActivationSite site) => layers > 0 && layer == 0 && site == ActivationSite.Hidden;

        public void Visit(ActivationBatch batch) => AfterFirstLayer = batch.Of(0)[^batch.Width..].ToArray();
    }
}
