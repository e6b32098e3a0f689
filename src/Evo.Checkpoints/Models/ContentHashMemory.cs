using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Evo.Checkpoints.Models;

/// <summary>
/// Content hashes kept between runs, so that a model need not be read in full to be known: a small file for each folder, valid while the names, sizes and
/// times of its files are what they were. Files that changed within the last seconds are not trusted, for a clock's tick may hide a change.
/// </summary>
/// <param name="folder">Where hashes are kept; made when it is not there. Where it cannot be written to, nothing is kept.</param>
public sealed class ContentHashMemory(string folder)
{
    private const int HashLength = 2 * SHA256.HashSizeInBytes;
    private static readonly TimeSpan TooYoung = TimeSpan.FromSeconds(3);

    /// <summary>Lets a model take its <see cref="ModelFolder.ContentHash"/> from here.</summary>
    public void Serve(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.TakeContentHash(computed => Known(model.Path) ?? Keep(model.Path, computed()));
    }

    private string? Known(string model)
    {
        try
        {
            var file = PathOf(Fingerprint(model).Text);
            return File.Exists(file) && new FileInfo(file).Length == HashLength && File.ReadAllText(file) is var hash && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Keep(string model, string hash)
    {
        try
        {
            var (text, newest) = Fingerprint(model);
            if (DateTime.UtcNow - newest < TooYoung)
                return hash;
            Directory.CreateDirectory(folder);
            var temporary = Path.Combine(folder, $"{Guid.NewGuid():n}.tmp");
            File.WriteAllText(temporary, hash);
            File.Move(temporary, PathOf(text), overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A hash that is not kept is computed again.
        }

        return hash;
    }

    private string PathOf(string fingerprint) => Path.Combine(folder, $"{fingerprint[..32]}.content-hash");

    private static (string Text, DateTime Newest) Fingerprint(string model)
    {
        var text = new StringBuilder(model);
        var newest = DateTime.MinValue;
        foreach (var entry in new DirectoryInfo(model).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var file = entry.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? entry;
            text.Append(CultureInfo.InvariantCulture, $"\n{entry.Name}|{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
            newest = file.LastWriteTimeUtc > newest ? file.LastWriteTimeUtc : newest;
        }

        return (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))), newest);
    }
}
