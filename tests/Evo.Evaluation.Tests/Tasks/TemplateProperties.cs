using System.Text.Json.Nodes;
using Evo.Evaluation.Tasks;
using FsCheck;
using FsCheck.Fluent;

namespace Evo.Evaluation.Tests.Tasks;

public sealed class TemplateProperties
{
    [Fact]
    public void Any_text_is_its_own_template_once_its_braces_are_doubled()
        => Prop.ForAll<NonNull<string>>(text =>
        {
            var template = Template.Parse(text.Get.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
            return template.IsConstant && template.Render([]) == text.Get;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_passes_through_a_field_unchanged()
        => Prop.ForAll<NonNull<string>, NonNull<string>>((text, around) =>
        {
            var literal = around.Get.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
            return Template.Parse($"{literal}{{f}}{literal}").Render(new JsonObject { ["f"] = text.Get }) == literal + text.Get + literal;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_a_template_or_refused_as_one()
        => Prop.ForAll(Gen.Elements("{", "}", "a", ".", " ", "0").ArrayOf().ToArbitrary(), pieces =>
        {
            try
            {
                Template.Parse(string.Concat(pieces)).Render(new JsonObject { ["a"] = new JsonArray(1) });
            }
            catch (TemplateException)
            {
            }
        }).QuickCheckThrowOnFailure();
}
