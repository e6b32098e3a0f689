using System.Text.RegularExpressions;
using Evo.Merging.Recipes;
using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static partial class EvaluatorSection
{
    private static readonly string[] Built = ["onnx"];
    private static readonly string[] Planned = ["openai", "lm-eval", "command", "http"];

    public static EvaluatorSettings Read(SpaceDocument document, YamlNode? node)
    {
        if (node is null)
            return new EvaluatorSettings("onnx", "cpu", 0);

        var fields = new Fields(document, node, "'evaluator'", "kind", "device", "workers", "batch_tokens", "slots");
        var kind = fields.Text("kind") ?? "onnx";
        if (Planned.Contains(kind))
            throw document.Refuse(fields.Find("kind")!, $"the evaluator '{kind}' is not built yet; take onnx, which scores in this process");
        if (!Built.Contains(kind))
            throw document.Refuse(fields.Find("kind")!, $"there is no evaluator '{Scalars.Show(fields.Find("kind")!)}'{NearestName.Hint(kind, Built)}");

        var device = fields.Text("device") ?? "cpu";
        if (!DeviceName().IsMatch(device))
            throw document.Refuse(fields.Find("device")!, "'device' must be cpu, cuda, or cuda:0 with the device's number");

        return new EvaluatorSettings(
            kind,
            device,
            (int?)fields.Whole("workers", 0, 1024) ?? 0,
            (int?)fields.Whole("batch_tokens", 16, 1 << 24),
            (int?)fields.Whole("slots", 1, 65536));
    }

    [GeneratedRegex(@"^(cpu|cuda(:[0-9]{1,3})?)\z")]
    private static partial Regex DeviceName();
}
