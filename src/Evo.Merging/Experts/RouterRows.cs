using System.Collections.Immutable;
using System.Globalization;
using Evo.Merging.Methods.Kernels;
using Evo.Merging.Planning;

namespace Evo.Merging.Experts;

/// <summary>The first values of routers: one row an expert and layer, as mergekit-moe makes them.</summary>
internal sealed class RouterRows(ExpertsRecipe recipe, TensorSource embedding, int layers, IPromptStates? prompts)
{
    private const double SmallestNorm = 1e-8;

    private int Hidden => checked((int)embedding.Tensor.Shape[1]);

    /// <summary>[layers][experts · hidden].</summary>
    /// <param name="what">Tells routers with the same experts apart; part of the key of random ones.</param>
    public float[][] Of(ImmutableArray<Expert> experts, string what)
    {
        if (recipe.GateMode is GateMode.Random or GateMode.UniformRandom)
            return [.. Enumerable.Range(0, layers).Select(layer => Random(experts.Length * Hidden, $"{what} {layer.ToString(CultureInfo.InvariantCulture)}"))];
        var rows = experts.Select(Rows).ToArray();
        return [.. Enumerable.Range(0, layers).Select(layer => rows.SelectMany(row => row[layer]).ToArray())];
    }

    private float[] Random(int count, string what)
    {
        var key = MaskKey.Of(recipe.Seed, "router", what);
        var bound = 1 / Math.Sqrt(Hidden);
        return [.. Enumerable.Range(0, count).Select(i => recipe.GateMode == GateMode.Random
            ? (float)NormalNumbers.At(key, i)
            : (float)(((key.Draw(i) / 2147483648.0) - 1) * bound))];
    }

    /// <summary>Positive minus negative prompts, of length 1 in every layer.</summary>
    private float[][] Rows(Expert expert)
    {
        var states = States(expert.PositivePrompts);
        if (!expert.NegativePrompts.IsEmpty)
            states = [.. states.Zip(States(expert.NegativePrompts), (positive, negative) => positive.Zip(negative, (x, y) => x - y).ToArray())];
        return [.. states.Select(Normalised).Select(row => Array.ConvertAll(row, value => (float)value))];
    }

    private double[][] States(ImmutableArray<string> texts)
    {
        if (prompts is null)
            throw recipe.Refuse("this gate mode reads the base model's tokenizer or hidden states, and there is nothing here that runs models; "
                + "use 'gate_mode: random', or evo merge");
        if (recipe.GateMode == GateMode.CheapEmbed)
            return [.. Enumerable.Repeat(Normalised(SumOfEmbeddings(texts)), layers)];
        var states = prompts.HiddenStates(texts, recipe.GateMode == GateMode.HiddenAverage);
        return states.Length == layers
            ? [.. states.Select(state => Array.ConvertAll(state, value => (double)value))]
            : throw recipe.Refuse($"hidden states of {states.Length} layers were computed for a model of {layers}");
    }

    private double[] SumOfEmbeddings(ImmutableArray<string> texts)
    {
        var (sum, row) = (new double[Hidden], new float[Hidden]);
        foreach (var token in texts.SelectMany(text => prompts!.Tokens(text)))
        {
            if (token < 0 || token >= embedding.Tensor.Shape[0])
                throw recipe.Refuse($"the tokenizer of '{recipe.BaseModel}' gives the token {token}, and its embedding has {embedding.Tensor.Shape[0]} rows");
            embedding.ReadFloats((long)token * Hidden, row);
            for (var i = 0; i < row.Length; i++)
                sum[i] += row[i];
        }

        return sum;
    }

    private static double[] Normalised(double[] vector)
    {
        var norm = Math.Max(SmallestNorm, Math.Sqrt(vector.Sum(value => value * value)));
        return Array.ConvertAll(vector, value => value / norm);
    }
}
