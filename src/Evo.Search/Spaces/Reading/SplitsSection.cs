using YamlDotNet.RepresentationModel;

namespace Evo.Search.Spaces.Reading;

internal static class SplitsSection
{
    public static Splits Read(SpaceDocument document, YamlNode? node)
    {
        if (node is null)
            return new Splits(0.7, 0.3);

        var fields = new Fields(document, node, "'splits'", "search", "report");
        var search = fields.Number("search", 0, 1);
        var report = fields.Number("report", 0, 1);
        var splits = (search, report) switch
        {
            (null, null) => new Splits(0.7, 0.3),
            ({ } s, null) => new Splits(s, Rest(s)),
            (null, { } r) => new Splits(Rest(r), r),
            ({ } s, { } r) => new Splits(s, r),
        };
        if (splits.Search <= 0)
            throw document.Refuse(fields.Find("search") ?? node, "the search needs some of the items: 'search' must be above 0");
        if (splits.Search + splits.Report > 1 + 1e-9)
            throw document.Refuse(node, "'search' and 'report' together are more than all items; their sum must be at most 1");
        return splits;
    }

    // 1 − 0.7 as decimals have it.
    private static double Rest(double part) => Math.Round(1 - part, 12);
}
