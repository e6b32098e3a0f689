using System.Text.Json.Nodes;
using Evo.Checkpoints;
using Evo.Checkpoints.Models;
using Evo.Evaluation.Calibration;
using Evo.Inference.Activations;
using Evo.Inference.Tokenizers;
using Evo.Merging;
using Evo.Merging.Calibration;
using Evo.Merging.Recipes;

namespace Evo.Evaluation.Tests.Calibration;

public sealed class CalibrationSourceTests
{
    private const CalibrationKinds Activations = CalibrationKinds.Channels | CalibrationKinds.Grams;
    private const string Query = "model.layers.2.self_attn.q_proj.weight";

    [Fact]
    public void Statistics_are_computed_once_and_then_read_also_by_others()
    {
        using var scene = new CalibrationScene();
        float[] first;
        using (var source = scene.Source())
        {
            first = source.Of(scene.Base, Activations).Find(Query)!.Gram(0, 128).ToArray();
            _ = source.Of(scene.Base, Activations).Find(Query);
            _ = source.Of(scene.Base, CalibrationKinds.Channels).Find(Query)!.MeanMagnitudes.Length;
            Assert.Equal(1, source.Runs); // one pass gave both kinds
        }

        using var later = scene.Source();
        Assert.Equal(first, later.Of(scene.Base, Activations).Find(Query)!.Gram(0, 128).ToArray());
        Assert.Equal(0, later.Runs);
        Assert.Equal(["channels", "grams"], Directory.GetDirectories(scene.Cache).Select(path => Path.GetFileName(path).Split('-')[0]).Order());
    }

    [Fact]
    public void Many_threads_run_a_model_once()
    {
        using var scene = new CalibrationScene();
        using var source = scene.Source();

        Parallel.For(0, 8, _ => source.Of(scene.Base, Activations).Find(Query));

        Assert.Equal(1, source.Runs);
    }

    [Fact]
    public void A_damaged_or_incomplete_folder_is_made_anew()
    {
        using var scene = new CalibrationScene();
        float[] whole;
        using (var source = scene.Source())
            whole = source.Of(scene.Base, CalibrationKinds.Channels).Find(Query)!.MeanMagnitudes.ToArray();
        var folder = Directory.GetDirectories(scene.Cache).Single();
        Action[] damages =
        [
            () =>
            {
                var file = Directory.GetFiles(folder, "*.safetensors").First();
                var bytes = File.ReadAllBytes(file);
                bytes[^1] ^= 1;
                File.WriteAllBytes(file, bytes);
            },
            () => File.Delete(Directory.GetFiles(folder, "*.safetensors").Last()),
            () => File.WriteAllText(Path.Combine(folder, "index.json"), "{"),
            () => File.WriteAllText(Path.Combine(folder, "index.json"), """{"schema": "evo.statistics/1", "id": 3}"""),
            () => File.Delete(Path.Combine(folder, "index.json")),
        ];
        foreach (var damage in damages)
        {
            damage();
            using var source = scene.Source();
            Assert.Equal(whole, source.Of(scene.Base, CalibrationKinds.Channels).Find(Query)!.MeanMagnitudes.ToArray());
            Assert.Equal(1, source.Runs);
            Assert.Equal(folder, Directory.GetDirectories(scene.Cache).Single());
        }
    }

    [Fact]
    public void Other_texts_settings_and_models_have_statistics_of_their_own()
    {
        using var scene = new CalibrationScene();
        File.WriteAllText(Path.Combine(scene.Folder, "other.txt"), "add 12+30=42");
        var recipes = new[]
        {
            CalibrationScene.Texts("texts.txt"),
            CalibrationScene.Texts("other.txt"),
            CalibrationScene.Texts("texts.txt") with { Samples = 2 },
            CalibrationScene.Texts("texts.txt") with { SequenceLength = 8 },
        };
        var ids = new HashSet<string>();
        foreach (var recipe in recipes)
        {
            using var source = scene.Source(recipe);
            Assert.True(ids.Add(source.ContentIdOf(scene.Base, CalibrationKinds.Channels)));
            Assert.True(ids.Add(source.ContentIdOf(scene.Addition, CalibrationKinds.Channels)));
            Assert.True(ids.Add(source.ContentIdOf(scene.Base, CalibrationKinds.Fisher)));
        }

        // Where the file lies and what it is called does not count.
        File.Copy(Path.Combine(scene.Folder, "texts.txt"), Path.Combine(scene.Folder, "copy.txt"));
        using var copy = scene.Source(CalibrationScene.Texts("copy.txt"));
        Assert.Contains(copy.ContentIdOf(scene.Base, CalibrationKinds.Channels), ids);
        Assert.False(Directory.Exists(scene.Cache)); // and nothing was computed for it
    }

    [Fact]
    public void Every_linear_map_and_norm_finds_the_inputs_of_its_own_place()
    {
        using var scene = new CalibrationScene();
        using var source = scene.Source();
        var model = source.Of(scene.Base, Activations);
        var sites = Direct(scene);
        foreach (var tensor in scene.Parents[scene.Base].Tensors)
        {
            var found = model.Find(tensor.Name);
            var part = tensor.Name.Split('.')[^2];
            ActivationSite? site = part switch
            {
                "q_proj" or "k_proj" or "v_proj" or "input_layernorm" => ActivationSite.AttentionInput,
                "o_proj" => ActivationSite.AttentionOutput,
                "gate_proj" or "up_proj" or "post_attention_layernorm" => ActivationSite.MlpInput,
                "down_proj" => ActivationSite.MlpActivation,
                "norm" => ActivationSite.HeadInput,
                _ => null,
            };
            if (site is null)
            {
                Assert.Null(found);
                continue;
            }

            var layer = tensor.Name.Contains("layers.", StringComparison.Ordinal) ? int.Parse(tensor.Name.Split('.')[2], System.Globalization.CultureInfo.InvariantCulture) : 5;
            Assert.Equal(sites[(layer, site.Value)], found!.MeanMagnitudes.ToArray());
            Assert.Equal(part is not ("norm" or "input_layernorm" or "post_attention_layernorm"), found.HasGram);
            Assert.Equal(tensor.Shape[^1], found.Channels);
            Assert.False(found.HasCurvature);
        }
    }

    [Fact]
    public void Fisher_information_has_the_tensors_shape_and_the_models_root_mean_square()
    {
        using var scene = new CalibrationScene();
        using var source = scene.Source();
        var model = source.Of(scene.Base, CalibrationKinds.Fisher);
        var (sum, elements) = (0.0, 0L);
        foreach (var tensor in scene.Parents[scene.Base].Tensors)
        {
            var found = model.Find(tensor.Name);
            Assert.Equal(tensor.Name.Contains("layers.", StringComparison.Ordinal), found is not null);
            elements += found is null ? 0 : tensor.ElementCount;
            foreach (var value in found is null ? [] : found.Curvature(0, (int)tensor.ElementCount))
                sum += (double)value * value;
        }

        Assert.Equal(Math.Sqrt(sum / elements), model.Find(Query)!.CurvatureRootMeanSquare, 1e-9 * Math.Sqrt(sum / elements));
        Assert.Throws<InvalidOperationException>(() => model.Find(Query)!.MeanMagnitudes.Length);
    }

    [Fact]
    public void What_is_missing_is_named_with_the_remedy()
    {
        using var scene = new CalibrationScene();
        using var none = scene.Source(CalibrationScene.Texts("nowhere.txt"));
        using var pickle = scene.Source(CalibrationScene.Texts("texts.txt") with { OptimizerStates = [new(scene.Base, "optimizer.pt")] });
        using var others = scene.Source(new CalibrationRecipe { Texts = [new("math", "texts.txt")] });
        File.WriteAllText(Path.Combine(scene.Folder, "optimizer.pt"), "pickle");

        Refusal(() => none.Require(scene.Base, CalibrationKinds.Grams), "there is no file", "nowhere.txt");
        Refusal(() => others.Require(scene.Base, CalibrationKinds.Grams), "no texts for", "'default: FILE'");
        Refusal(() => none.Require(scene.Base, CalibrationKinds.OptimizerState), "no optimizer state", "optimizer_states:");
        Refusal(() => pickle.Require(scene.Base, CalibrationKinds.OptimizerState), "no .safetensors file", "pickles");
    }

    [Fact]
    public void Optimizer_states_must_belong_to_the_model()
    {
        using var scene = new CalibrationScene();
        string Write(string name, string tensor, params long[] shape)
        {
            using var writer = Evo.Checkpoints.Safetensors.SafetensorsWriter.Create(
                Path.Combine(scene.Folder, name), [new(tensor, Evo.Checkpoints.Tensors.ElementType.F32, [.. shape])]);
            writer.WriteFloats(tensor, Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(value => (float)value).ToArray());
            writer.Complete();
            return name;
        }

        CalibrationSource Of(string file) => scene.Source(new CalibrationRecipe { OptimizerStates = [new(scene.Base, file)] });
        using var good = Of(Write("good.safetensors", Query, 128, 128));
        using var shape = Of(Write("shape.safetensors", Query, 64, 128));
        using var stranger = Of(Write("stranger.safetensors", "other.weight", 2));

        Assert.Equal([130f, 131f], good.Of(scene.Base, CalibrationKinds.OptimizerState).Find(Query)!.Curvature(130, 2).ToArray());
        Assert.Null(good.Of(scene.Base, CalibrationKinds.OptimizerState).Find("model.norm.weight"));
        Refusal(() => shape.Require(scene.Base, CalibrationKinds.OptimizerState), "must be F32 [128, 128]");
        Refusal(() => stranger.Require(scene.Base, CalibrationKinds.OptimizerState), "no tensor of");
    }

    [Fact]
    public void Texts_come_from_json_lines_paragraphs_and_tasks()
    {
        using var scene = new CalibrationScene();
        var lines = Path.Combine(scene.Folder, "lines.jsonl");
        File.WriteAllText(lines, "{\"text\": \"one\"}\n{\"prompt\": \"two \", \"completion\": \"three\"}\n{\"prompt\": \"four\"}\n");

        Assert.Equal(["one", "two three", "four"], CalibrationTexts.Read(lines).ToArray());
        Assert.Equal(
            ["add 12+30=42", "add 7+8=15\nsort 3 1 2 = 1 2 3", "the sun is in the sky"], CalibrationTexts.Read(Path.Combine(scene.Folder, "texts.txt")).ToArray());
        Assert.Equal("add 51+29=80", CalibrationTexts.Read(scene.Task("addition"))[0]);
        File.WriteAllText(lines, "{\"words\": \"one\"}");
        Assert.Contains("lines.jsonl:1", Assert.Throws<TaskException>(() => CalibrationTexts.Read(lines)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(scene.Folder, "empty.txt"), "\n\n");
        Refusal(() => CalibrationTexts.Read(Path.Combine(scene.Folder, "empty.txt")), "holds no text");
        Refusal(() => CalibrationTexts.Read(scene.Folder + "/texts.txt".Replace("txt", "csv", StringComparison.Ordinal)), "no file");
    }

    [Fact]
    public void Limits_cut_texts_into_windows()
    {
        using var tokenizer = new Doubles.ByteTokenizer(begins: true);
        var recipe = new CalibrationRecipe { SequenceLength = 4, Samples = 5, Tokens = 14 };
        var sequences = CalibrationSequences.Of(["abcde", "fgh", "ijklmnopq"], tokenizer, recipe, OfVocabulary(257), contextLength: 100);

        Assert.Equal(["256 97 98 99", "100 101", "256 102 103 104", "256 105 106 107"], sequences.Select(sequence => string.Join(' ', sequence.ToArray())));
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_refused()
    {
        using var tokenizer = new Doubles.ByteTokenizer(begins: true);
        var refusal = Assert.Throws<CheckpointException>(() => CalibrationSequences.Of(["abc"], tokenizer, new CalibrationRecipe(), OfVocabulary(256), 100));
        Assert.Contains("vocab_size is 256", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("token 256", refusal.Message, StringComparison.Ordinal);
    }

    private static ModelConfig OfVocabulary(int size) => ModelConfig.From(
        new JsonObject { ["model_type"] = "llama", ["num_hidden_layers"] = 1, ["vocab_size"] = size }, "a config");

    private static Dictionary<(int Layer, ActivationSite Site), float[]> Direct(CalibrationScene scene)
    {
        using var tokenizer = NativeTokenizer.Open(scene.Base);
        var sink = new Sink();
        var sequences = CalibrationSequences.Of(
            CalibrationTexts.Read(Path.Combine(scene.Folder, "texts.txt")), tokenizer, CalibrationScene.Texts("texts.txt"), scene.Parents[scene.Base].Config, 512);
        ActivationStatistics.Run(new FolderWeights(scene.Parents[scene.Base]), sequences, sink, grams: false);
        return sink.Means;
    }

    private static void Refusal(Action action, params string[] words)
    {
        var message = Assert.Throws<RecipeException>(action).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    private sealed class Sink : IStatisticsSink
    {
        public Dictionary<(int Layer, ActivationSite Site), float[]> Means { get; } = [];

        public void Take(SiteStatistics statistics) => Means.Add((statistics.Layer, statistics.Site), statistics.MeanMagnitudes);
    }
}
