using System.Globalization;
using System.Text;

namespace Evo.Checkpoints.Files;

/// <summary>How names from untrusted files are put into messages.</summary>
internal static class Quoted
{
    private const int LongestName = 200;

    /// <summary>The name in single quotes, control characters escaped, cut when very long.</summary>
    public static string Name(string name)
    {
        var text = new StringBuilder("'");
        foreach (var character in name.AsSpan(0, Math.Min(name.Length, LongestName)))
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                text.Append(character);
        }

        return text.Append(name.Length > LongestName ? "…'" : "'").ToString();
    }
}
