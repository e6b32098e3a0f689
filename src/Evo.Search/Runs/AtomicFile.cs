using System.Text;

namespace Evo.Search.Runs;

/// <summary>Rewrites a file so that a reader sees the old text or the new one, whole, whatever happens in between.</summary>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a temporary sibling and renames it.</summary>
    /// <param name="durable">Wait until the text is on the disk before the rename (a crash of the machine then leaves no empty
    /// file).</param>
    public static void Write(string path, string text, bool durable = true)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                stream.Write(Utf8.GetBytes(text));
                stream.Flush(flushToDisk: durable);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            File.Delete(temporary); // what fits of it on a full disk
            throw;
        }
    }

    /// <summary>As <see cref="Write"/>, but leaves a file that already says so alone.</summary>
    public static void WriteIfDifferent(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path, Utf8) != text)
            Write(path, text);
    }
}
