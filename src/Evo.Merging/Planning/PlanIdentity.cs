using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Evo.Merging.Methods;

namespace Evo.Merging.Planning;

/// <summary>
/// Identity by content: hashes over what decides the result, in a canonical spelling. Paths, the order of keys and parameters that the method does not
/// use have no part in it.
/// </summary>
internal static class PlanIdentity
{
    public static string Of(PlannedTensor tensor)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{tensor.Output.Name}\n{tensor.Output.Type} {tensor.Output.ShapeText}\n{tensor.Method.Name}\n");
        foreach (var modifier in tensor.Modifiers)
            text.Append(CultureInfo.InvariantCulture, $"modified by {modifier.Name}\n");
        foreach (var parameter in tensor.Parameters.Declared)
            if (parameter is { Scope: ParameterScope.Global, IsInert: false })
                text.Append(CultureInfo.InvariantCulture, $"{parameter.Name}={Number(tensor.Parameters[parameter.Name])}\n");
        if (tensor.StepType is { } type)
            text.Append(CultureInfo.InvariantCulture, $"every step in {type}\n");
        if (tensor.Base is not null)
            text.Append(CultureInfo.InvariantCulture, $"base {tensor.Base.ContentId}\n");
        for (var model = 0; model < tensor.Models.Length; model++)
        {
            text.Append(CultureInfo.InvariantCulture, $"model {tensor.Models[model].ContentId}");
            foreach (var parameter in tensor.Parameters.Declared)
                if (parameter is { Scope: ParameterScope.PerModel, IsInert: false })
                    text.Append(CultureInfo.InvariantCulture, $" {parameter.Name}={Number(tensor.Parameters.Of(model, parameter.Name))}");
            text.Append('\n');
        }

        if (tensor.CalibrationNeeds is { IsNone: false } needs && tensor.Calibration is { } calibration)
        {
            foreach (var source in tensor.Models)
                text.Append(CultureInfo.InvariantCulture, $"calibration {calibration.ContentIdOf(source.Model, needs.OfModels)}\n");
            if (tensor.Base is not null)
                text.Append(CultureInfo.InvariantCulture, $"calibration of base {calibration.ContentIdOf(tensor.Base.Model, needs.OfBase)}\n");
        }

        return Hash(text);
    }

    /// <summary>What a tensor is merged from, and those of the named parameters that it has: what other tensors may read of it.</summary>
    public static string Of(PlannedTensor tensor, ImmutableArray<string> parameters)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{tensor.Output.Name} {tensor.Output.ShapeText} {tensor.StepType}\nbase {tensor.Base?.ContentId}\n");
        var read = tensor.Parameters.Declared.Where(parameter => parameters.Contains(parameter.Name)).ToArray();
        foreach (var parameter in read.Where(parameter => parameter.Scope == ParameterScope.Global))
            text.Append(CultureInfo.InvariantCulture, $"{parameter.Name}={Number(tensor.Parameters[parameter.Name])}\n");
        for (var model = 0; model < tensor.Models.Length; model++)
        {
            text.Append(CultureInfo.InvariantCulture, $"model {tensor.Models[model].Model} {tensor.Models[model].ContentId}");
            foreach (var parameter in read.Where(parameter => parameter.Scope == ParameterScope.PerModel))
                text.Append(CultureInfo.InvariantCulture, $" {parameter.Name}={Number(tensor.Parameters.Of(model, parameter.Name))}");
            text.Append('\n');
        }

        return Hash(text);
    }

    /// <summary>Several identities in their order as one.</summary>
    public static string Of(params IEnumerable<string> identities) => Hash(new StringBuilder().AppendJoin('\n', identities));

    public static string Of(MergePlan plan)
    {
        var text = new StringBuilder("evo.merge/1\n");
        text.Append(CultureInfo.InvariantCulture, $"config {plan.Donor.ContentHash} {plan.Recipe.OutDtype ?? plan.Recipe.Dtype}\n");
        text.Append(CultureInfo.InvariantCulture, $"chat template {plan.ChatTemplate?.Length ?? -1} {plan.ChatTemplate}\n");
        if (plan.TokenizerId is { } tokenizer)
            text.Append(CultureInfo.InvariantCulture, $"tokenizer {tokenizer}\n");
        if (plan.Experts is not null)
            text.Append(CultureInfo.InvariantCulture, $"experts {plan.OutputConfig.ToJsonString()}\n");
        foreach (var tensor in plan.Tensors)
            text.Append(CultureInfo.InvariantCulture, $"{tensor.ContentId}\n");
        foreach (var copied in plan.Copied)
            text.Append(CultureInfo.InvariantCulture, $"{copied.Name} {copied.Source.ContentId}\n");
        return Hash(text);
    }

    private static string Number(double value) => (value == 0 ? 0 : value).ToString("R", CultureInfo.InvariantCulture);

    private static string Hash(StringBuilder text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}
