using System.Text;
using Evo.Merging.Recipes;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Merging.Tests.Recipes;

/// <summary>Recipes with random damage are read or refused; nothing else ever happens.</summary>
public sealed class RecipeFuzzTests
{
    private const string Whole = """
        name: low
        merge_method: linear
        models: [{model: {model: {path: a, revision: v1}, lora: b}}, {model: c, parameters: {weight: [0, 1e-7, 1]}}]
        parameters: &p {weight: [{filter: mlp, value: [0.5, 1]}, {value: 1}], normalize: false}
        dtype: bfloat16
        ---
        merge_method: ties
        base_model: low
        modules:
          text_decoder:
            slices:
              - sources: [{model: low, layer_range: [0, 4]}, {model: c+d, layer_range: [2, 6], parameters: {weight: 1, density: 0.5}}]
                parameters: {<<: {weight: 0.3}}
            parameters: {lambda: 1.5}
          vision_tower: {models: [{model: c, parameters: {weight: 2}}]}
        tokenizer:
          source: union
          tokens:
            <|im_start|>: {source: c, force: true}
            "12": {source: {kind: model_token, model: c, token_id: 7}}
            z: {source: {kind: zero}}
          pad_to_multiple_of: 64
        chat_template: chatml
        """;

    private static readonly string[] Pieces =
        ["{", "}", "[", "]", ":", "- ", "\n", "\n---\n", "*p", "&q ", "<<: *p", "!!binary ", "? ", "| ", "> ", "\t", "'", "\"", "#", "%", "@", "+", "2147483648", "-1", "1e400", "~", "\0", "\uD800", "base", "kind: zero"];

    [Fact]
    public void Damaged_recipes_are_read_or_refused() => Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
    {
        var text = Damaged(new Random(seed));
        try
        {
            RecipeWriter.ToYaml(RecipeReader.Read(text, "fuzz.yaml"));
        }
        catch (RecipeException refusal)
        {
            Assert.StartsWith("fuzz.yaml:", refusal.Message, StringComparison.Ordinal);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static string Damaged(Random random)
    {
        var text = new StringBuilder(Whole);
        for (var wound = random.Next(1, 6); wound > 0; wound--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 30), text.Length - at));
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 128);
                    break;
                default:
                    var from = random.Next(text.Length);
                    text.Insert(at, text.ToString(from, Math.Min(random.Next(1, 60), text.Length - from)));
                    break;
            }

            if (text.Length == 0)
                text.Append('x');
        }

        return text.ToString();
    }
}
