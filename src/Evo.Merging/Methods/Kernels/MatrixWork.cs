namespace Evo.Merging.Methods.Kernels;

/// <summary>What the matrices of one tensor's merge take at most at one moment, as measured of the formulas (specifications measure it again).</summary>
/// <param name="Numbers">Elements of matrices that are alive at once, inputs and kept factors among them.</param>
/// <param name="EigenSize">Rows of the largest symmetric matrix that is taken to its eigenvectors; 0 where none is.</param>
public readonly record struct MatrixWork(double Numbers, long EigenSize = 0)
{
    public bool IsNone => Numbers == 0;
}
